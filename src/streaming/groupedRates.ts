import { createDataFrame, FieldType, type DataFrame, type Field, type FieldConfig } from '@grafana/data';

import type { Measure } from '../query/model';

import { shownGroups, type GroupSum, type Shown } from './shownGroups';

/** What rates are grouped by and what they are of. */
export interface Grouping {
  key: string;
  measure: Measure;
  /** Groups that an interval names at most. */
  top: number;
}

/** A stream's rows as time series. */
export interface GroupedSeries {
  frame: DataFrame;
  /** The groups, in the order of their series. */
  shown: Shown;
}

/** The group of all that are not among the largest. */
const OTHER = 'other';

/** The group of packets that lack what they are grouped by. */
const NONE = 'none';

/** The back end names the unit with its first message, which a panel that comes later does not see. */
const UNITS: Record<Measure, string> = { packets: 'pps', bits: 'bps', size: 'decbytes', utilisation: 'percent' };

/** The groups of a history, in the order of its series. */
export function groupsOf(history: DataFrame, { key }: Grouping): string[] {
  return seriesOf(history).map((field) => groupOf(field, key));
}

/** A history of one series a group as the rows that its stream goes on with: time, group and measure. */
export function longRows(history: DataFrame, { key, measure }: Grouping): DataFrame {
  const times = timesOf(history);
  const series = seriesOf(history);
  const rows = times.flatMap((time, index) =>
    series.flatMap((field) => {
      const value: unknown = field.values[index];
      return typeof value === 'number' ? [{ time, group: groupOf(field, key), value }] : [];
    })
  );
  // All series have the unit in common; their names are their own.
  const config: FieldConfig = { ...series[0]?.config, displayNameFromDS: undefined };
  return createDataFrame({
    refId: history.refId,
    name: history.name,
    meta: history.meta,
    fields: [
      { name: 'time', type: FieldType.time, values: rows.map(({ time }) => time) },
      { name: 'group', type: FieldType.string, values: rows.map(({ group }) => group) },
      { name: measure, type: FieldType.number, config, values: rows.map(({ value }) => value) },
    ],
  });
}

/**
 * Rows as one series a group. Groups that had a series before keep their order, those that are new follow, and what is
 * in no group of its own comes last. A group that has no row at some time has null there. Groups that are too many for a
 * panel are counted among the others, but for a mean, which cannot be told of several from the mean of each. Only groups
 * that are shown have a value for each time: there may be many thousands that are not.
 */
export function wideSeries(rows: DataFrame, { key, measure, top }: Grouping, before: Shown): GroupedSeries {
  const measured = rows.fields.find(({ name }) => name === measure);
  const { axis, places } = axisOf(timesOf(rows));
  const texts = rows.fields.find(({ name }) => name === 'group')?.values ?? [];
  const groupAt = (row: number): string => {
    const text: unknown = texts[row];
    return typeof text === 'string' ? text : NONE;
  };
  const values: unknown[] = measured?.values ?? [];
  const sums = sumsOf(values, groupAt, places, axis.length - 1);
  const shown = shownGroups(sums, { top, other: OTHER }, before, axis.at(-1));
  const series = new Map(shown.groups.map((group) => [group, Array<number | null>(axis.length).fill(null)]));
  const others = hasOther({ key, measure }) ? series.get(OTHER) : undefined;
  places.forEach((place, row) => {
    const value = values[row];
    const group = groupAt(row);
    const own = series.get(group);
    if (typeof value === 'number' && own !== undefined && own !== others) {
      own[place] = value;
    } else if (typeof value === 'number' && others !== undefined) {
      others[place] = (others[place] ?? 0) + value;
    }
  });
  const hasOthers = others?.some((value) => value !== null) ?? sums.has(OTHER);
  const named = shown.groups.filter((group) => group !== OTHER);
  const groups = shown.groups.includes(OTHER) && hasOthers ? [...named, OTHER] : named;
  const config = { unit: UNITS[measure], ...measured?.config };
  return {
    shown: { ...shown, groups },
    frame: createDataFrame({
      refId: rows.refId,
      name: rows.name,
      meta: rows.meta,
      fields: [
        { name: 'time', type: FieldType.time, values: axis },
        ...groups.map((group) => ({
          name: measure,
          type: FieldType.number,
          labels: { [key]: group },
          config,
          values: series.get(group) ?? [],
        })),
      ],
    }),
  };
}

/** Whether the values of several groups can be added: means cannot, and neither can percent of the speeds of several links. */
function hasOther({ key, measure }: Pick<Grouping, 'key' | 'measure'>): boolean {
  return measure !== 'size' && !(measure === 'utilisation' && key === 'interface');
}

/** The times of rows, each once and in order, and the place of each row among them. */
function axisOf(times: readonly number[]): { axis: number[]; places: number[] } {
  const axis: number[] = [];
  const places = Array<number>(times.length);
  for (let row = 0; row < times.length; row += 1) {
    const time = times[row] ?? 0;
    const last = axis.at(-1) ?? -Infinity;
    if (time < last) {
      return axisInOrder(times);
    }
    if (time > last) {
      axis.push(time);
    }
    places[row] = axis.length - 1;
  }
  return { axis, places };
}

/** The same where a clock that was set back puts rows out of order. */
function axisInOrder(times: readonly number[]): { axis: number[]; places: number[] } {
  const axis = [...new Set(times)].sort((a, b) => a - b);
  const place = new Map(axis.map((time, index) => [time, index]));
  return { axis, places: times.map((time) => place.get(time) ?? 0) };
}

function sumsOf(
  values: readonly unknown[],
  groupAt: (row: number) => string,
  places: readonly number[],
  end: number
): Map<string, GroupSum> {
  const sums = new Map<string, GroupSum>();
  places.forEach((place, row) => {
    const value = values[row];
    const number = typeof value === 'number' ? value : null;
    const group = groupAt(row);
    const sum = sums.get(group);
    if (sum === undefined) {
      sums.set(group, { total: number ?? 0, last: place === end ? number : null });
    } else {
      sum.total += number ?? 0;
      sum.last = place === end ? number : sum.last;
    }
  });
  return sums;
}

function seriesOf(history: DataFrame): Field[] {
  return history.fields.filter(({ type }) => type === FieldType.number);
}

function groupOf(field: Field, key: string): string {
  return field.labels?.[key] ?? NONE;
}

function timesOf(frame: DataFrame): number[] {
  const values: unknown[] = frame.fields.find(({ type }) => type === FieldType.time)?.values ?? [];
  return values.filter((time) => typeof time === 'number');
}
