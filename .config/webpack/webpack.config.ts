import path from 'path';

import CopyWebpackPlugin from 'copy-webpack-plugin';
import type { Configuration } from 'webpack';

import { id as pluginId } from '../../src/plugin.json';
import { copyFilePatterns } from '../bundler/copyFiles';
import { externals } from '../bundler/externals';

const ROOT = path.resolve(__dirname, '../..');

/** Builds `dist/`, the directory that Grafana loads. The back end's executables, built by cargo, lie in it too. */
export default function config(env: Record<string, unknown>): Configuration {
  const production = Boolean(env.production);
  return {
    mode: production ? 'production' : 'development',
    target: ['web', 'es2021'],
    // The source map names files as seen from here, which is where Grafana's validator looks for them.
    context: path.join(ROOT, 'src'),
    entry: { module: './module.ts' },
    devtool: production ? 'source-map' : 'eval-source-map',
    externals,
    module: {
      // One file.
      parser: { javascript: { dynamicImportMode: 'eager' } },
      rules: [
        {
          test: /\.tsx?$/,
          exclude: /node_modules/,
          use: {
            loader: 'swc-loader',
            options: {
              jsc: {
                target: 'es2021',
                parser: { syntax: 'typescript', tsx: true },
                transform: { react: { runtime: 'automatic' } },
              },
            },
          },
        },
      ],
    },
    resolve: {
      extensions: ['.ts', '.tsx', '.js'],
      // Of Grafana's own start, which @grafana/i18n serves, too.
      alias: { 'i18next-pseudo': false },
    },
    output: {
      path: path.join(ROOT, 'dist'),
      publicPath: `public/plugins/${pluginId}/`,
      filename: '[name].js',
      library: { type: 'amd' },
      uniqueName: pluginId,
      clean: { keep: /^gpx_/ },
    },
    plugins: [
      new CopyWebpackPlugin({
        patterns: copyFilePatterns.map((pattern) => ({ context: ROOT, ...pattern })),
      }),
    ],
    performance: {
      maxAssetSize: 210_000,
      maxEntrypointSize: 210_000,
      hints: production ? 'error' : false,
      assetFilter: (name) => name.endsWith('.js'),
    },
  };
}
