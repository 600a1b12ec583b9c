import { readFileSync } from 'fs';

import { ETHERTYPES } from './ethertypes';

it('has the names that the column has', () => {
  const rows = readFileSync('pkg/packet/data/ethertypes.tsv', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
  expect([...ETHERTYPES]).toEqual(rows.map(([number, name]) => [name, number]));
});
