import { getTemplateSrv } from '@grafana/runtime';
import { Combobox, type ComboboxOption } from '@grafana/ui';
import { useMemo } from 'react';

import { t } from '../locale/t';
import { groupingsFor } from '../query/groups';
import type { XdpQuery } from '../query/model';

import { FittedField } from './FittedField';
import { GROUP_WIDTH } from './layout';
import { variableOptions } from './variableOptions';

type Grouping = NonNullable<XdpQuery['groupBy']>;

/** Stands for no key in the query. */
const NONE = 'none';

function groupOptions(
  kind: XdpQuery['kind'],
  decapsulate: XdpQuery['decapsulate']
): Array<ComboboxOption<Grouping | typeof NONE>> {
  return [
    {
      value: NONE,
      label: t('group.none.label', 'None'),
      description:
        kind === 'drops'
          ? t('group.none.of-drops', 'A row for each packet')
          : t('group.none.description', 'One rate of all packets'),
    },
    ...groupingsFor({ kind, decapsulate }).map(({ groupBy, label, description }) => ({
      value: groupBy,
      label: label(),
      description: description(),
    })),
    ...variableOptions(getTemplateSrv().getVariables()),
  ];
}

interface Props {
  id: string;
  value: Grouping | undefined;
  /** Dropped packets have groups of their own. */
  kind: XdpQuery['kind'];
  /** Groups by tunnels are there only where tunnels are looked into. */
  decapsulate: XdpQuery['decapsulate'];
  /** Undefined: one rate of all packets. */
  onChange: (groupBy: Grouping | undefined) => void;
}

/** What the packets of one series have in common. */
export function GroupByField({ id, value, kind, decapsulate, onChange }: Props) {
  const options = useMemo(() => groupOptions(kind, decapsulate), [kind, decapsulate]);

  return (
    <FittedField
      label={t('query-editor.group-by.label', 'Group by')}
      width={GROUP_WIDTH}
      tooltip={t(
        'query-editor.group-by.tooltip',
        'A series for each value that packets have, the largest of them; all others together are the series other.'
      )}
    >
      <Combobox<Grouping | typeof NONE>
        id={id}
        data-testid="xdplive-query-group-by"
        options={options}
        value={value ?? NONE}
        onChange={({ value: chosen }) => {
          onChange(chosen === NONE ? undefined : chosen);
        }}
      />
    </FittedField>
  );
}
