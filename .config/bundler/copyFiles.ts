import { readFileSync } from 'fs';

import { version } from '../../package.json';

/** The day that `plugin.json` calls "updated"; SOURCE_DATE_EPOCH makes two builds of one commit alike. */
function buildDay(): string {
  const epochSeconds = process.env.SOURCE_DATE_EPOCH;
  const moment = epochSeconds === undefined ? new Date() : new Date(Number(epochSeconds) * 1000);
  return moment.toISOString().substring(0, 10);
}

function fillIn(text: string): string {
  return text.replace(/%VERSION%/g, version).replace(/%TODAY%/g, buildDay());
}

/** The pictures that `plugin.json` and the README of the package name, and no others. */
function pictures() {
  const text = ['src/plugin.json', 'src/README.md'].map((file) => readFileSync(file, 'utf8')).join('');
  const names = new Set(text.match(/img\/[\w-]+\.png/g));
  return [...names].map((name) => ({ from: `docs/${name}`, to: 'img/[name][ext]' }));
}

/** What the package has besides the code, from the root of the checkout. */
export const copyFilePatterns = [
  { from: 'src/plugin.json', to: 'plugin.json', transform: (content: Buffer) => fillIn(content.toString()) },
  { from: 'dashboards/*.json' },
  { from: 'src/img', to: 'img' },
  { from: 'src/locales', to: 'locales' },
  ...pictures(),
  // Grafana shows it on the page of the plugin.
  { from: 'src/README.md', to: 'README.md' },
  { from: 'CHANGELOG.md' },
  // For people who have the package alone.
  { from: 'docs/install/xdplive*', to: 'install/[name][ext]' },
  { from: 'LICENSE', to: '[name][ext]' },
];
