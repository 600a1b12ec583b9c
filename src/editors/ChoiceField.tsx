import { InlineField, RadioButtonGroup } from '@grafana/ui';

import { LABEL_WIDTH } from './layout';

export interface Choice<T> {
  label: string;
  value: T;
  description: string;
}

interface Props<T> {
  label: string;
  choices: ReadonlyArray<Choice<T>>;
  value: T;
  onChange: (value: T) => void;
}

/** One of a few, all in sight. Nothing is marked where a dashboard's JSON has a value that is not offered. */
export function ChoiceField<T>({ label, choices, value, onChange }: Props<T>) {
  return (
    <InlineField label={label} labelWidth={LABEL_WIDTH}>
      <RadioButtonGroup<T> aria-label={label} options={[...choices]} value={value} onChange={onChange} />
    </InlineField>
  );
}
