import type { Configuration } from 'webpack';

/** What Grafana serves to every plugin at run time: bundling a second copy would break React and the theme. */
export const externals: Configuration['externals'] = [
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
