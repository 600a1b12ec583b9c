import type { TypedVariableModel } from '@grafana/data';

import { variableOptions } from './variableOptions';

const variable = (name: string, type: TypedVariableModel['type']) => ({ name, type }) as TypedVariableModel;

it('offers variables that can hold a word', () => {
  const types = ['query', 'custom', 'textbox', 'constant', 'datasource', 'adhoc', 'groupby', 'system'] as const;
  const group = 'Dashboard variables';
  expect(variableOptions(types.map((type) => variable(`of_${type}`, type)))).toEqual([
    { group, label: '$of_query', value: '$of_query' },
    { group, label: '$of_custom', value: '$of_custom' },
    { group, label: '$of_textbox', value: '$of_textbox' },
    { group, label: '$of_constant', value: '$of_constant' },
  ]);
});
