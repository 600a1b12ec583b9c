import type { TypedVariableModel } from '@grafana/data';

import { INTERFACES } from '../testing/machine';

import { interfaceOptions } from './interfaceOptions';

const variable = (name: string, type: TypedVariableModel['type']) => ({ name, type }) as TypedVariableModel;

it("offers the machine's interfaces, its uplinks, all of them, and variables that can hold a name", () => {
  const options = interfaceOptions(INTERFACES, [variable('interface', 'query'), variable('datasource', 'datasource')]);
  expect(options.map(({ value }) => value)).toEqual(['lo', 'eth0', 'uplinks', 'any', '$interface']);
  expect(options[2]?.description).toBe('each packet that enters or leaves the machine, once · eth0');
});
