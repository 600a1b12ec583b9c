import { InlineField, Input } from '@grafana/ui';
import { useState } from 'react';

import type { WholeNumberRange } from '../query/model';

import { LABEL_WIDTH, NUMBER_WIDTH } from './layout';

interface Props {
  id: string;
  label: string;
  tooltip: string;
  testId: string;
  range: WholeNumberRange;
  value: number | undefined;
  onCommit: (value: number) => void;
}

/** A number that takes effect on Enter or when the field is left, so that a panel never runs with half of it. */
export function WholeNumberField({ id, label, tooltip, testId, range, value, onCommit }: Props) {
  /** What is being typed; undefined while the field shows the query's own value. */
  const [draft, setDraft] = useState<string>();
  const inForce = value ?? range.default;
  const typed = draft === undefined ? inForce : wholeNumberIn(range, draft);

  const commit = () => {
    if (draft === undefined || typed === undefined) {
      return;
    }
    setDraft(undefined);
    if (typed !== inForce) {
      onCommit(typed);
    }
  };

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
        value={draft ?? String(inForce)}
        onChange={(event) => {
          setDraft(event.currentTarget.value);
        }}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            commit();
          }
        }}
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
