import { InlineField, RadioButtonGroup } from '@grafana/ui';

import type { Measure } from '../query/model';

import { LABEL_WIDTH } from './layout';

const OPTIONS: Array<{ label: string; value: Measure; description: string }> = [
  { label: 'Packets/s', value: 'packets', description: 'Packets on the wire, per second' },
  { label: 'Bits/s', value: 'bits', description: 'Bits on the wire, per second' },
  { label: 'Size', value: 'size', description: 'Mean size of a packet on the wire' },
];

interface Props {
  value: Measure;
  onChange: (measure: Measure) => void;
}

export function MeasureField({ value, onChange }: Props) {
  return (
    <InlineField label="Measure" labelWidth={LABEL_WIDTH}>
      <RadioButtonGroup<Measure> aria-label="Measure" options={OPTIONS} value={value} onChange={onChange} />
    </InlineField>
  );
}
