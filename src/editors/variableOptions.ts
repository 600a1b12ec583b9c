import type { TypedVariableModel } from '@grafana/data';
import type { ComboboxOption } from '@grafana/ui';

import { t } from '../locale/t';
import type { Variable } from '../query/model';

/** A data source or an ad hoc filter is never the word that a key of a query takes. */
const NEVER_A_WORD: ReadonlyArray<TypedVariableModel['type']> = ['datasource', 'adhoc', 'groupby', 'system'];

/** Variables of the dashboard that can stand in a query in place of a name. */
export function variableOptions(variables: TypedVariableModel[]): Array<ComboboxOption<Variable>> {
  return variables
    .filter(({ type }) => !NEVER_A_WORD.includes(type))
    .map(({ name }) => ({
      group: t('options.variables', 'Dashboard variables'),
      label: `$${name}`,
      value: `$${name}`,
    }));
}
