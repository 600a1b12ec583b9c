import { InlineField, RadioButtonGroup } from '@grafana/ui';

import { KINDS } from '../query/kinds';
import type { QueryKind } from '../query/model';

import { LABEL_WIDTH } from './layout';

const OPTIONS = KINDS.map(({ kind, label, description }) => ({ label, value: kind, description }));

interface Props {
  value: QueryKind;
  onChange: (kind: QueryKind) => void;
}

/** What a panel shows. Nothing is marked where a dashboard's JSON names a kind that is not offered. */
export function KindField({ value, onChange }: Props) {
  return (
    <InlineField label="Show" labelWidth={LABEL_WIDTH}>
      <RadioButtonGroup<QueryKind> aria-label="Show" options={OPTIONS} value={value} onChange={onChange} />
    </InlineField>
  );
}
