/** Above it the back end counts rows no more. */
export const MOST = 4_294_967_295;

export type MaxLimit = { state: 'none' } | { state: 'rows'; rows: number } | { state: 'wrong'; reason: string };

/** Reads a ceiling of rows a second as it is typed. `administrators` is the one in grafana.ini; null where there is none. */
export function readMaxLimit(text: string, administrators: number | null): MaxLimit {
  const digits = text.trim();
  if (digits === '') {
    return { state: 'none' };
  }
  const most = administrators ?? MOST;
  const rows = /^\d+$/.test(digits) ? Number(digits) : NaN;
  if (rows >= 1 && rows <= most) {
    return { state: 'rows', rows };
  }
  const whose = administrators === null ? '' : ', which is max_limit in grafana.ini';
  return { state: 'wrong', reason: `"${digits}" is not a whole number from 1 to ${most}${whose}. It is not saved.` };
}
