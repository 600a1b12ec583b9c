import { readdirSync, readFileSync } from 'fs';
import path from 'path';

import { DASHBOARDS, fileOf } from '../../dashboards/source/dashboards';

const DIRECTORY = path.resolve(__dirname, '../../dashboards');

it('is all of the dashboards', () => {
  expect(readdirSync(DIRECTORY).filter((name) => name.endsWith('.json'))).toEqual(Object.keys(DASHBOARDS).sort());
});

it.each(Object.entries(DASHBOARDS))('%s is what its source gives: `make dashboards` writes it anew', (file, make) => {
  expect(readFileSync(path.join(DIRECTORY, file), 'utf8')).toBe(fileOf(make()));
});
