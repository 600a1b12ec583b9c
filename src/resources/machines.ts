import { t } from '../locale/t';

/** One machine, as the resource `machines` tells it. */
export interface Machine {
  name: string;
  labels: Record<string, string>;
  state: 'here' | 'unreachable';
  /** Why it does not answer. */
  reason: string | null;
  /** The release of its agent; empty for the machine that the plugin runs on. */
  release: string;
  /** How far its clock is ahead, ms, and the bound of the error; null where that is not known. */
  clockAhead: number | null;
  clockBound: number | null;
}

export interface MachinesResponse {
  machines: Machine[];
}

/** Beyond this, ms, an editor says that a clock is off: rows are put in order all the same. */
const CLOCK_OFF = 1000;

/** State, labels and clock, to tell machines apart in a list. */
export function describeMachine({ labels, state, reason, clockAhead }: Machine): string {
  const seconds = Math.round((clockAhead ?? 0) / 1000);
  return [
    state === 'unreachable' ? t('machine.unreachable', 'unreachable: {{reason}}', { reason: reason ?? '' }) : '',
    ...Object.entries(labels).map(([label, value]) => `${label}=${value}`),
    Math.abs(clockAhead ?? 0) < CLOCK_OFF ? '' : t('machine.clock', 'clock {{seconds}} s ahead', { seconds }),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
