import type { CaptureRow } from '../streaming/captureRows';

/**
 * Counters of eth0, in by TCX, where nothing has happened and nobody listens, but for what a check names; of a back end
 * that tells no state.
 */
export function captureRow(row: Partial<CaptureRow> = {}): CaptureRow {
  return {
    interface: 'eth0',
    direction: 'in',
    hook: 'tcx',
    seen: 0,
    own: 0,
    channel: null,
    filter: null,
    matched: 0,
    thinned: 0,
    lostRing: 0,
    lostQueue: 0,
    lostNetwork: 0,
    host: null,
    state: undefined,
    reason: null,
    ...row,
  };
}
