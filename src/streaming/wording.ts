import { figure } from '../locale/figures';
import { listed } from '../locale/lists';
import { t } from '../locale/t';

/** Names told one by one. */
const NAMES_SHOWN = 3;

/** `1 row`, `1,234 rows` */
export function rows(value: number): string {
  return t('count.rows', '{{figure}} rows', {
    count: value,
    figure: figure(value),
    defaultValue_one: '{{figure}} row',
  });
}

/** `eth0`, `eth0 and lo`, `eth0, lo and wg0`, `eth0, lo, wg0 and 4 more` */
export function list(names: string[]): string {
  const hidden = names.length - NAMES_SHOWN;
  const more = t('list.more', '{{figure}} more', { figure: figure(hidden) });
  return listed(hidden > 0 ? [...names.slice(0, NAMES_SHOWN), more] : names);
}

/** Milliseconds, and a number of them in words. */
const UNITS: ReadonlyArray<[milliseconds: number, inWords: (count: number) => string]> = [
  [
    86_400_000,
    (count) =>
      t('duration.days', '{{figure}} days', { count, figure: figure(count), defaultValue_one: '{{figure}} day' }),
  ],
  [
    3_600_000,
    (count) =>
      t('duration.hours', '{{figure}} hours', { count, figure: figure(count), defaultValue_one: '{{figure}} hour' }),
  ],
  [
    60_000,
    (count) =>
      t('duration.minutes', '{{figure}} minutes', {
        count,
        figure: figure(count),
        defaultValue_one: '{{figure}} minute',
      }),
  ],
];

function seconds(count: number): string {
  return t('duration.seconds', '{{figure}} seconds', {
    count,
    figure: figure(count),
    defaultValue_one: '{{figure}} second',
  });
}

/** Milliseconds in the unit of which there are at least two: `90 seconds`, `34 minutes`, `1 second`. */
export function duration(milliseconds: number): string {
  const [unit, inWords] = UNITS.find(([length]) => milliseconds >= 2 * length) ?? [1_000, seconds];
  return inWords(Math.round(milliseconds / unit));
}
