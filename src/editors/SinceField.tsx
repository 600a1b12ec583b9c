import { InlineField, RadioButtonGroup } from '@grafana/ui';

import type { Since } from '../query/model';

import { LABEL_WIDTH } from './layout';

const OPTIONS: Array<{ label: string; value: Since; description: string }> = [
  { label: 'Last interval', value: 'interval', description: 'Conversations of the last interval alone' },
  { label: 'Start', value: 'start', description: 'All conversations since the stream began' },
];

interface Props {
  value: Since;
  onChange: (since: Since) => void;
}

export function SinceField({ value, onChange }: Props) {
  return (
    <InlineField label="Since" labelWidth={LABEL_WIDTH}>
      <RadioButtonGroup<Since> aria-label="Since" options={OPTIONS} value={value} onChange={onChange} />
    </InlineField>
  );
}
