import { figure, wholeNumberIn } from '../locale/figures';
import { t } from '../locale/t';

/** Above it the back end counts rows no more. */
export const MOST = 4_294_967_295;

export type MaxLimit = { state: 'none' } | { state: 'rows'; rows: number } | { state: 'wrong'; reason: string };

/** Reads a ceiling of rows a second as it is typed. `administrators` is the one in grafana.ini; null where there is none. */
export function readMaxLimit(text: string, administrators: number | null): MaxLimit {
  const typed = text.trim();
  if (typed === '') {
    return { state: 'none' };
  }
  const most = administrators ?? MOST;
  const rows = wholeNumberIn(typed);
  if (rows !== undefined && rows >= 1 && rows <= most) {
    return { state: 'rows', rows };
  }
  const values = { typed, most: figure(most) };
  const reason =
    administrators === null
      ? t('max-limit.wrong', '"{{typed}}" is not a whole number from 1 to {{most}}. It is not saved.', values)
      : t(
          'max-limit.wrong-for-administrator',
          '"{{typed}}" is not a whole number from 1 to {{most}}, which is max_limit in grafana.ini. It is not saved.',
          values
        );
  return { state: 'wrong', reason };
}
