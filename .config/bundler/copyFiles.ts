import { version } from '../../package.json';

import { packagedReadme } from './packagedReadme';

/** The day that `plugin.json` calls "updated"; SOURCE_DATE_EPOCH makes two builds of one commit alike. */
function buildDay(): string {
  const epochSeconds = process.env.SOURCE_DATE_EPOCH;
  const moment = epochSeconds === undefined ? new Date() : new Date(Number(epochSeconds) * 1000);
  return moment.toISOString().substring(0, 10);
}

function fillIn(text: string): string {
  return text.replace(/%VERSION%/g, version).replace(/%TODAY%/g, buildDay());
}

/** What the package has besides the code, from the root of the checkout. */
export const copyFilePatterns = [
  { from: 'src/plugin.json', to: 'plugin.json', transform: (content: Buffer) => fillIn(content.toString()) },
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
];
