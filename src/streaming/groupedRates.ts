import { createDataFrame, FieldType, type DataFrame, type Field, type FieldConfig } from '@grafana/data';

import type { Measure } from '../query/model';

/** What rates are grouped by and what they are of. */
export interface Grouping {
  key: string;
  measure: Measure;
}

/** A stream's rows as time series. */
export interface GroupedSeries {
  frame: DataFrame;
  /** The groups, in the order of their series. */
  groups: string[];
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
 * in no group of its own comes last. A group that has no row at some time has null there.
 */
export function wideSeries(rows: DataFrame, { key, measure }: Grouping, before: string[]): GroupedSeries {
  const times = timesOf(rows);
  const measured = rows.fields.find(({ name }) => name === measure);
  const texts = rows.fields.find(({ name }) => name === 'group')?.values ?? [];
  const axis = [...new Set(times)].sort((a, b) => a - b);
  const place = new Map(axis.map((time, index) => [time, index]));
  const byGroup = new Map<string, Array<number | null>>();
  times.forEach((time, row) => {
    const text: unknown = texts[row];
    const group = typeof text === 'string' ? text : NONE;
    const values = byGroup.get(group) ?? Array<number | null>(axis.length).fill(null);
    byGroup.set(group, values);
    const value: unknown = measured?.values[row];
    values[place.get(time) ?? 0] = typeof value === 'number' ? value : null;
  });
  const groups = inOrder([...byGroup.keys()], before);
  const config = { unit: UNITS[measure], ...measured?.config };
  return {
    groups,
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
          values: byGroup.get(group) ?? [],
        })),
      ],
    }),
  };
}

function inOrder(present: string[], before: string[]): string[] {
  const all = [...new Set([...before.filter((group) => present.includes(group)), ...present])];
  return all.includes(OTHER) ? [...all.filter((group) => group !== OTHER), OTHER] : all;
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
