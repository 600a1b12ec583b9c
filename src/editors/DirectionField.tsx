import { InlineField, RadioButtonGroup } from '@grafana/ui';

import type { Direction } from '../query/model';

import { LABEL_WIDTH } from './layout';

const OPTIONS: Array<{ label: string; value: Direction; description: string }> = [
  { label: 'In', value: 'in', description: 'Packets that the interface receives' },
  { label: 'Out', value: 'out', description: 'Packets that the interface sends' },
  { label: 'Both', value: 'both', description: 'Received and sent packets' },
];

interface Props {
  value: Direction;
  onChange: (direction: Direction) => void;
}

export function DirectionField({ value, onChange }: Props) {
  return (
    <InlineField label="Direction" labelWidth={LABEL_WIDTH}>
      <RadioButtonGroup<Direction> aria-label="Direction" options={OPTIONS} value={value} onChange={onChange} />
    </InlineField>
  );
}
