import path from 'path';

import type { Configuration } from 'webpack';

import plugin from '../../.config/webpack/webpack.config';

/** One page with the editors and all that Grafana would provide, for a browser without Grafana. */
export default function config(): Configuration {
  const { module, resolve } = plugin({});
  return {
    mode: 'development',
    target: ['web', 'es2021'],
    context: __dirname,
    entry: { editors: './harness/main.tsx' },
    devtool: false,
    module: { rules: [...(module?.rules ?? []), { test: /\.css$/, type: 'asset/source' }] },
    resolve,
    output: { path: path.resolve(__dirname, '../../target/component-tests'), filename: '[name].js', clean: true },
    performance: { hints: false },
  };
}
