import { Input } from '@grafana/ui';

import { figure, wholeNumberIn } from '../locale/figures';
import { t } from '../locale/t';
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
  const { draft, input } = useDraft(value === undefined ? '' : shown(value), (text) => {
    const typed = typedIn(range, text);
    if (typed.isPossible && typed.number !== value) {
      onCommit(typed.number);
    }
    return typed.isPossible;
  });
  const isWrong = draft !== undefined && !typedIn(range, draft).isPossible;

  return (
    <FittedField
      label={label}
      width={NUMBER_WIDTH}
      tooltip={tooltip}
      invalid={isWrong}
      error={t(
        'whole-number.error',
        '"{{text}}" is not a whole number from {{min}} to {{max}}. The panel still uses {{used}}.',
        { text: draft ?? '', min: figure(range.min), max: figure(range.max), used: shown(value ?? range.default) }
      )}
    >
      <Input
        id={id}
        data-testid={testId}
        aria-invalid={isWrong}
        placeholder={figure(range.default)}
        suffix={unit}
        {...input}
      />
    </FittedField>
  );
}

/** A number in the user's format; the name of a variable as it is. */
function shown(value: WholeNumber): string {
  return typeof value === 'number' ? figure(value) : value;
}

type Typed = { isPossible: false } | { isPossible: true; number: WholeNumber | undefined };

function typedIn({ min, max }: WholeNumberRange, text: string): Typed {
  const typed = text.trim();
  if (typed === '') {
    return { isPossible: true, number: undefined };
  }
  if (isVariable(typed)) {
    return { isPossible: true, number: typed };
  }
  const number = wholeNumberIn(typed);
  return number !== undefined && number >= min && number <= max ? { isPossible: true, number } : { isPossible: false };
}
