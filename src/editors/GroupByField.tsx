import { Combobox, InlineField, type ComboboxOption } from '@grafana/ui';

import { GROUPINGS } from '../query/groups';
import type { GroupBy } from '../query/model';

import { GROUP_WIDTH, LABEL_WIDTH } from './layout';

/** Stands for no key in the query. */
const NONE = 'none';

const OPTIONS: Array<ComboboxOption<GroupBy | typeof NONE>> = [
  { value: NONE, label: 'None', description: 'One rate of all packets' },
  ...GROUPINGS.map(({ groupBy, label, description }) => ({ value: groupBy, label, description })),
];

interface Props {
  id: string;
  value: GroupBy | undefined;
  /** Undefined: one rate of all packets. */
  onChange: (groupBy: GroupBy | undefined) => void;
}

/** What the packets of one series have in common. */
export function GroupByField({ id, value, onChange }: Props) {
  return (
    <InlineField
      label="Group by"
      labelWidth={LABEL_WIDTH}
      tooltip="A series for each value that packets have, the largest of them; all others together are the series other."
    >
      <Combobox<GroupBy | typeof NONE>
        id={id}
        data-testid="xdplive-query-group-by"
        width={GROUP_WIDTH}
        options={OPTIONS}
        value={value ?? NONE}
        onChange={({ value: chosen }) => {
          onChange(chosen === NONE ? undefined : chosen);
        }}
      />
    </InlineField>
  );
}
