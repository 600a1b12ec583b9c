import type { TypedVariableModel } from '@grafana/data';

import { INTERFACES } from '../testing/machine';

import { interfaceOptions, withoutContradiction } from './interfaceOptions';

const variable = (name: string, type: TypedVariableModel['type']) => ({ name, type }) as TypedVariableModel;

it("offers the machine's interfaces, all of them, and variables that can hold a name", () => {
  const options = interfaceOptions(INTERFACES, [variable('interface', 'query'), variable('datasource', 'datasource')]);
  expect(options.map(({ value }) => value)).toEqual(['lo', 'eth0', 'any', '$interface']);
});

it.each([
  [['eth0', 'any'], ['eth0'], ['any']],
  [['any', 'eth0'], ['any'], ['eth0']],
  [['any'], [], ['any']],
  [['any'], ['any', 'eth0'], ['any']],
  [['eth0', 'eth1'], ['eth0'], ['eth0', 'eth1']],
  [[], ['any'], []],
])('of %j, chosen after %j, %j remains', (chosen, before, remains) => {
  expect(withoutContradiction(chosen, before)).toEqual(remains);
});
