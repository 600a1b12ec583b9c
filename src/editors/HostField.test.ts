import type { TypedVariableModel } from '@grafana/data';

import type { Machine } from '../resources/machines';

import { hostOptions } from './HostField';

const machine = (name: string, labels: Record<string, string>): Machine => ({
  name,
  labels,
  state: 'here',
  reason: null,
  release: '0.1.0',
  clockAhead: null,
  clockBound: null,
});

it('offers machines, each label once, and variables', () => {
  const machines = [machine('db', { site: 'muc' }), machine('web1', { site: 'fra' }), machine('web2', { site: 'fra' })];
  const variable = { name: 'host', type: 'query' } as TypedVariableModel;
  const options = hostOptions(machines, [variable]);
  expect(options.map(({ value }) => value)).toEqual(['db', 'web1', 'web2', 'site=fra', 'site=muc', '$host']);
});
