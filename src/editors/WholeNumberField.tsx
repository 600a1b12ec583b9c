import { InlineField, Input } from '@grafana/ui';

import type { WholeNumberRange } from '../query/model';

import { LABEL_WIDTH, NUMBER_WIDTH } from './layout';
import { useDraft } from './useDraft';

interface Props {
  id: string;
  label: string;
  tooltip: string;
  testId: string;
  unit?: string;
  range: WholeNumberRange;
  value: number | undefined;
  onCommit: (value: number) => void;
}

/** A number; an empty field asks for the default. */
export function WholeNumberField({ id, label, tooltip, testId, unit, range, value, onCommit }: Props) {
  const inForce = value ?? range.default;
  const { draft, input } = useDraft(String(inForce), (text) => {
    const taken = wholeNumberIn(range, text);
    if (taken !== undefined && taken !== inForce) {
      onCommit(taken);
    }
    return taken !== undefined;
  });
  const typed = draft === undefined ? inForce : wholeNumberIn(range, draft);

  return (
    <InlineField
      label={label}
      labelWidth={LABEL_WIDTH}
      tooltip={tooltip}
      invalid={typed === undefined}
      error={`"${draft ?? ''}" is not a whole number from ${range.min} to ${range.max}. The panel still uses ${inForce}.`}
    >
      <Input
        id={id}
        data-testid={testId}
        width={NUMBER_WIDTH}
        inputMode="numeric"
        aria-invalid={typed === undefined}
        suffix={unit}
        {...input}
      />
    </InlineField>
  );
}

/** An empty field asks for the default. */
function wholeNumberIn({ min, max, default: fallback }: WholeNumberRange, text: string): number | undefined {
  const digits = text.trim();
  if (digits === '') {
    return fallback;
  }
  const parsed = /^\d+$/.test(digits) ? Number(digits) : NaN;
  return parsed >= min && parsed <= max ? parsed : undefined;
}
