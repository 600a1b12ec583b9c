import { Field, Input } from '@grafana/ui';

import { figure } from '../../locale/figures';
import { t } from '../../locale/t';
import { ceilingNote } from '../../settings/administrator';
import { readMaxLimit } from '../../settings/maxLimit';
import { useDraft } from '../useDraft';

import { FIELD_WIDTH, withNote, type SectionProps } from './editing';

/** The ceiling of rows a second. A wrong one stays in the field, with the reason, and is not stored. */
export function MaxLimitField({ stored, readOnly, set, server }: SectionProps) {
  const administrators = server?.settings.max_limit.value ?? null;
  const { draft, input } = useDraft(stored.maxLimit === undefined ? '' : figure(stored.maxLimit), (typed) => {
    const read = readMaxLimit(typed, administrators);
    if (read.state !== 'wrong') {
      set('maxLimit', read.state === 'rows' ? read.rows : undefined);
    }
    return read.state !== 'wrong';
  });
  const typed = draft === undefined ? undefined : readMaxLimit(draft, administrators);

  return (
    <Field
      label={t('config.max-limit.label', 'Most rows per second')}
      description={withNote(
        t(
          'config.max-limit.description',
          "A query of this data source that asks for more is refused; rates, conversations and counters are exact all the same. Empty: what the server's administrator allows."
        ),
        server && ceilingNote(server, stored.maxLimit)
      )}
      disabled={readOnly}
      invalid={typed?.state === 'wrong'}
      error={typed?.state === 'wrong' ? typed.reason : undefined}
    >
      <Input
        id="xdplive-config-max-limit"
        data-testid="xdplive-config-max-limit"
        width={FIELD_WIDTH}
        inputMode="numeric"
        aria-invalid={typed?.state === 'wrong'}
        placeholder={administrators === null ? t('config.max-limit.no-bound', 'no bound') : figure(administrators)}
        {...input}
      />
    </Field>
  );
}
