import { Input } from '@grafana/ui';

import type { WholeNumber, WholeNumberRange } from '../query/model';
import { isVariable } from '../query/variables';

import { FittedField } from './FittedField';
import { NUMBER_WIDTH } from './layout';
import { useDraft } from './useDraft';

interface Props {
  id: string;
  label: string;
  tooltip: string;
  testId: string;
  unit?: string;
  range: WholeNumberRange;
  /** Undefined: the default. */
  value: WholeNumber | undefined;
  onCommit: (value: WholeNumber | undefined) => void;
}

/** A number, or a variable that holds one; an empty field asks for none, and shows the default that is then in force. */
export function WholeNumberField({ id, label, tooltip, testId, unit, range, value, onCommit }: Props) {
  const { draft, input } = useDraft(String(value ?? ''), (text) => {
    const typed = wholeNumberIn(range, text);
    if (typed.isPossible && typed.number !== value) {
      onCommit(typed.number);
    }
    return typed.isPossible;
  });
  const isWrong = draft !== undefined && !wholeNumberIn(range, draft).isPossible;

  return (
    <FittedField
      label={label}
      width={NUMBER_WIDTH}
      tooltip={tooltip}
      invalid={isWrong}
      error={`"${draft ?? ''}" is not a whole number from ${range.min} to ${range.max}. The panel still uses ${value ?? range.default}.`}
    >
      <Input
        id={id}
        data-testid={testId}
        aria-invalid={isWrong}
        placeholder={String(range.default)}
        suffix={unit}
        {...input}
      />
    </FittedField>
  );
}

type Typed = { isPossible: false } | { isPossible: true; number: WholeNumber | undefined };

function wholeNumberIn({ min, max }: WholeNumberRange, text: string): Typed {
  const digits = text.trim();
  if (digits === '') {
    return { isPossible: true, number: undefined };
  }
  if (isVariable(digits)) {
    return { isPossible: true, number: digits };
  }
  const number = /^\d+$/.test(digits) ? Number(digits) : NaN;
  return number >= min && number <= max ? { isPossible: true, number } : { isPossible: false };
}
