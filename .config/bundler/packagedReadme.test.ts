import { readFileSync } from 'fs';

import { packagedReadme } from './packagedReadme';

it('keeps the text of links to files, and leaves pictures out', () => {
  const readme = 'One\n\n![A dashboard](docs/img/a.png)\n\n*Below.*\n\nSee [docs/b.md](docs/b.md) and [it](LICENSE).\n';
  expect(packagedReadme(readme)).toBe('One\n\n*Below.*\n\nSee docs/b.md and it.\n');
});

it('keeps links that lead somewhere from everywhere', () => {
  const readme = '![P](https://example.org/p.png)\n[a](https://example.org) [b](#b)\n';
  expect(packagedReadme(readme)).toBe(readme);
});

it('leaves nothing in the README that a package does not have', () => {
  const targets = [...packagedReadme(readFileSync('README.md', 'utf8')).matchAll(/\]\(([^)]*)\)/g)];
  expect(targets.map(([, target]) => target).filter((target) => !/^(https?:|#)/.test(target ?? ''))).toEqual([]);
});
