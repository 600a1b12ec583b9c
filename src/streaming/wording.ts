const NUMBER = new Intl.NumberFormat('en-US');

/** Names told one by one. */
const NAMES_SHOWN = 3;

/** `1,234` */
export function figure(value: number): string {
  return NUMBER.format(value);
}

/** `1 packet`, `1,234 packets` */
export function count(value: number, noun: string): string {
  return `${figure(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `eth0`, `eth0 and lo`, `eth0, lo and wg0`, `eth0, lo, wg0 and 4 more` */
export function list(names: string[]): string {
  const hidden = names.length - NAMES_SHOWN;
  const told = hidden > 0 ? [...names.slice(0, NAMES_SHOWN), `${figure(hidden)} more`] : names;
  return [told.slice(0, -1).join(', '), ...told.slice(-1)].filter((part) => part !== '').join(' and ');
}

const UNITS: ReadonlyArray<[milliseconds: number, noun: string]> = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
];

/** Milliseconds in the unit of which there are at least two: `90 seconds`, `34 minutes`, `1 second`. */
export function duration(milliseconds: number): string {
  const [unit, noun] = UNITS.find(([length]) => milliseconds >= 2 * length) ?? [1_000, 'second'];
  return count(Math.round(milliseconds / unit), noun);
}
