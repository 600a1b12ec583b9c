import { Field, Input } from '@grafana/ui';

import { figure, wholeNumberIn } from '../../locale/figures';
import { t } from '../../locale/t';
import { useDraft } from '../useDraft';

import { FIELD_WIDTH } from './editing';

interface Props {
  id: string;
  label: string;
  description: string;
  /** Bits of an address. */
  bits: number;
  stored: number | undefined;
  readOnly: boolean;
  onChange: (length: number | undefined) => void;
}

/** How many leading bits of an address are shown; an empty field shows all. A wrong number stays in the field and is not stored. */
export function MaskField({ id, label, description, bits, stored, readOnly, onChange }: Props) {
  const { draft, input } = useDraft(stored === undefined ? '' : String(stored), (typed) => {
    const length = read(typed, bits);
    if (length !== 'wrong') {
      onChange(length);
    }
    return length !== 'wrong';
  });
  const isWrong = draft !== undefined && read(draft, bits) === 'wrong';

  return (
    <Field
      label={label}
      description={description}
      disabled={readOnly}
      invalid={isWrong}
      error={t('config.mask.wrong', '"{{typed}}" is not a whole number from 0 to {{bits}}. It is not saved.', {
        typed: draft ?? '',
        bits: figure(bits),
      })}
    >
      <Input
        id={id}
        data-testid={id}
        width={FIELD_WIDTH}
        inputMode="numeric"
        aria-invalid={isWrong}
        placeholder={t('config.mask.whole', 'whole addresses')}
        {...input}
      />
    </Field>
  );
}

function read(text: string, bits: number): number | undefined | 'wrong' {
  const typed = text.trim();
  if (typed === '') {
    return undefined;
  }
  const length = wholeNumberIn(typed);
  return length !== undefined && length >= 0 && length <= bits ? length : 'wrong';
}
