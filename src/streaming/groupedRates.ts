import { createDataFrame, FieldType, type DataFrame, type Field, type FieldConfig } from '@grafana/data';

import type { Measure } from '../query/model';

import { shownGroups, type Shown } from './shownGroups';

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
const UNITS: Record<Measure, string> = { packets: 'pps', bits: 'bps', size: 'decbytes' };

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
 * panel are counted among the others, but for a mean, which cannot be told of several from the mean of each.
 */
export function wideSeries(rows: DataFrame, { key, measure, top }: Grouping, before: Shown): GroupedSeries {
  const times = timesOf(rows);
  const measured = rows.fields.find(({ name }) => name === measure);
  const texts = rows.fields.find(({ name }) => name === 'group')?.values ?? [];
  const axis = [...new Set(times)].sort((a, b) => a - b);
  const place = new Map(axis.map((time, index) => [time, index]));
  const byGroup = new Map<string, Values>();
  times.forEach((time, row) => {
    const text: unknown = texts[row];
    const group = typeof text === 'string' ? text : NONE;
    const values = byGroup.get(group) ?? Array<number | null>(axis.length).fill(null);
    byGroup.set(group, values);
    const value: unknown = measured?.values[row];
    values[place.get(time) ?? 0] = typeof value === 'number' ? value : null;
  });
  const shown = shownGroups(byGroup, { top, other: OTHER }, before, axis.at(-1));
  if (measure !== 'size' && shown.groups.includes(OTHER)) {
    byGroup.set(OTHER, sumOfOthers(byGroup, shown.groups, axis.length));
  }
  const named = shown.groups.filter((group) => group !== OTHER);
  const groups = shown.groups.includes(OTHER) && byGroup.has(OTHER) ? [...named, OTHER] : named;
  const config = { unit: UNITS[measure], ...measured?.config };
  const none = Array<number | null>(axis.length).fill(null);
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
          values: byGroup.get(group) ?? none,
        })),
      ],
    }),
  };
}

type Values = Array<number | null>;

/** What is in none of the groups shown, at each of so many times. */
function sumOfOthers(byGroup: ReadonlyMap<string, Values>, shown: readonly string[], times: number): Values {
  const named = new Set(shown.filter((group) => group !== OTHER));
  const others = [...byGroup].flatMap(([group, values]) => (named.has(group) ? [] : [values]));
  const sum = Array<number | null>(times).fill(null);
  for (const values of others) {
    values.forEach((value, time) => {
      if (value !== null) {
        sum[time] = (sum[time] ?? 0) + value;
      }
    });
  }
  return sum;
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
