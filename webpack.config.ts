import path from 'path';

import CopyWebpackPlugin from 'copy-webpack-plugin';
import type { Configuration } from 'webpack';

import { packagedReadme } from './.config/webpack/packagedReadme';
import { version } from './package.json';
import { id as pluginId } from './plugin.json';

/** What Grafana serves to every plugin at run time: bundling a second copy would break React and the theme. */
const providedByGrafana: Configuration['externals'] = [
  '@emotion/css',
  '@emotion/react',
  // Its state, with the texts that Grafana has loaded. @grafana/i18n, which asks it, is ours.
  'i18next',
  'lodash',
  'moment',
  'react',
  'react-dom',
  'react/jsx-runtime',
  'rxjs',
  /^@grafana\/(data|runtime|ui)$/,
];

/** The day that `plugin.json` calls "updated"; SOURCE_DATE_EPOCH makes two builds of one commit alike. */
function buildDay(): string {
  const epochSeconds = process.env.SOURCE_DATE_EPOCH;
  const moment = epochSeconds === undefined ? new Date() : new Date(Number(epochSeconds) * 1000);
  return moment.toISOString().substring(0, 10);
}

function fillIn(text: string): string {
  return text.replace(/%VERSION%/g, version).replace(/%TODAY%/g, buildDay());
}

/** Builds `dist/`, the directory that Grafana loads. The back end's executables, built by cargo, lie in it too. */
export default function config(env: Record<string, unknown>): Configuration {
  const production = Boolean(env.production);
  return {
    mode: production ? 'production' : 'development',
    target: ['web', 'es2021'],
    // The source map names files as seen from here, which is where Grafana's validator looks for them.
    context: path.resolve(__dirname, 'src'),
    entry: { module: './module.ts' },
    devtool: production ? 'source-map' : 'eval-source-map',
    externals: providedByGrafana,
    module: {
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
    resolve: { extensions: ['.ts', '.tsx', '.js'] },
    output: {
      path: path.resolve(__dirname, 'dist'),
      publicPath: `public/plugins/${pluginId}/`,
      filename: '[name].js',
      library: { type: 'amd' },
      uniqueName: pluginId,
      clean: { keep: /^gpx_/ },
    },
    plugins: [
      new CopyWebpackPlugin({
        patterns: [
          { from: 'plugin.json', transform: (content: Buffer) => fillIn(content.toString()) },
          { from: 'dashboards/*.json' },
          { from: 'src/img', to: 'img' },
          { from: 'src/locales', to: 'locales' },
          // The screenshots of plugin.json.
          { from: 'docs/img', to: 'img' },
          { from: 'README.md', transform: (content: Buffer) => packagedReadme(content.toString()) },
          { from: 'CHANGELOG.md' },
          // For who has the package alone.
          { from: 'docs/install/xdplive*', to: 'install/[name][ext]' },
          { from: 'LICENSE', to: '[name][ext]' },
        ].map((pattern) => ({ context: __dirname, ...pattern })),
      }),
    ],
    performance: {
      maxAssetSize: 200_000,
      maxEntrypointSize: 200_000,
      hints: production ? 'error' : false,
      assetFilter: (name) => name.endsWith('.js'),
    },
  };
}
