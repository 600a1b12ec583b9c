import { createDataFrame, FieldType, type DataFrame, type Field, type FieldConfig } from '@grafana/data';

import type { Measure } from '../query/model';

import { GroupedRows } from './groupedRows';
import { shownGroups, type GroupSums, type Shown } from './shownGroups';

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
const UNITS: Record<Measure, string> = {
  packets: 'pps',
  bits: 'bps',
  size: 'decbytes',
  utilisation: 'percent',
  retransmits: 'pps',
  resets: 'pps',
  zero_windows: 'pps',
  unanswered: 'reqps',
  rtt: 'ms',
};

/** The groups of a history, in the order of its series. */
export function groupsOf(history: DataFrame, { key }: Grouping): string[] {
  return seriesOf(history).map((field) => groupOf(field, key));
}

/** A history of one series a group as the rows that its stream goes on with: time, group and measure. */
export function longRows(history: DataFrame, { key, measure }: Grouping): DataFrame {
  const times: number[] = [];
  const groups: string[] = [];
  const measured: number[] = [];
  const series = seriesOf(history).map((field) => ({ group: groupOf(field, key), values: field.values as unknown[] }));
  timesOf(history).forEach((time, index) => {
    for (const { group, values } of series) {
      const value = values[index];
      if (typeof value === 'number') {
        times.push(time);
        groups.push(group);
        measured.push(value);
      }
    }
  });
  // All series have the unit in common; their names are their own.
  const config: FieldConfig = { ...seriesOf(history)[0]?.config, displayNameFromDS: undefined };
  return createDataFrame({
    refId: history.refId,
    name: history.name,
    meta: history.meta,
    fields: [
      { name: 'time', type: FieldType.time, values: times },
      { name: 'group', type: FieldType.string, values: groups },
      { name: measure, type: FieldType.number, config, values: measured },
    ],
  });
}

/** Adds rows of a stream, by the names of their columns, to what a panel draws of. */
export function addRows(
  rows: GroupedRows,
  columns: ReadonlyArray<{ name: string }>,
  values: readonly unknown[][],
  { measure }: Grouping
): void {
  const column = (name: string): unknown[] => values[columns.findIndex((known) => known.name === name)] ?? [];
  const groups = column('group').map((group) => (typeof group === 'string' ? group : NONE));
  rows.append(column('time'), groups, column(measure));
}

/** What series have in common: the frame that they are of, and what is known of their values. */
export interface OfSeries extends Pick<DataFrame, 'refId' | 'name' | 'meta'> {
  config?: FieldConfig;
}

/** {@link groupedSeries} of a frame with rows. */
export function wideSeries(frame: DataFrame, grouping: Grouping, before: Shown): GroupedSeries {
  const rows = new GroupedRows();
  const values = frame.fields.map((field) => field.values as unknown[]);
  addRows(rows, frame.fields, values, grouping);
  const { refId, name, meta } = frame;
  const config = frame.fields.find((field) => field.name === grouping.measure)?.config;
  return groupedSeries(rows, { refId, name, meta, config }, grouping, before);
}

/**
 * Rows as one series a group. Groups that had a series before keep their order, those that are new follow, and what is
 * in no group of its own comes last. A group that has no row at some time has null there. Groups that are too many for a
 * panel are counted among the others, but for a mean, which cannot be told of several from the mean of each. Only groups
 * that are shown have a value for each time: there may be many thousands that are not.
 */
export function groupedSeries(
  rows: GroupedRows,
  { refId, name, meta, config: known }: OfSeries,
  { key, measure, top }: Grouping,
  before: Shown
): GroupedSeries {
  const { axis, places } = axisOf(rows);
  const sums = sumsOf(rows, places, axis.length - 1);
  const shown = shownGroups(sums, { top, other: OTHER }, before, axis.at(-1));
  const series = new Map(shown.groups.map((group) => [group, Array<number | null>(axis.length).fill(null)]));
  const others = hasOther({ key, measure }) ? series.get(OTHER) : undefined;
  fillSeries(rows, places, series, others);
  const hasOthers = others?.some((value) => value !== null) ?? sums.indexOf(OTHER) !== undefined;
  const named = shown.groups.filter((group) => group !== OTHER);
  const groups = shown.groups.includes(OTHER) && hasOthers ? [...named, OTHER] : named;
  const config = { unit: UNITS[measure], ...known };
  return {
    shown: { ...shown, groups },
    frame: createDataFrame({
      refId,
      name,
      meta,
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
  return measure !== 'size' && measure !== 'rtt' && !(measure === 'utilisation' && key === 'interface');
}

/** Puts the value of each row into the series of its group, or adds it to that of the others. */
function fillSeries(
  rows: GroupedRows,
  places: ArrayLike<number>,
  series: ReadonlyMap<string, Array<number | null>>,
  others: Array<number | null> | undefined
): void {
  const byGroup = rows.names.map((name) => series.get(name));
  for (let row = 0; row < rows.length; row += 1) {
    const value = rows.value(row);
    if (Number.isNaN(value)) {
      continue;
    }
    const place = places[row] ?? 0;
    const own = byGroup[rows.group(row)];
    if (own !== undefined && own !== others) {
      own[place] = value;
    } else if (others !== undefined) {
      others[place] = (others[place] ?? 0) + value;
    }
  }
}

/** The times of rows, each once and in order, and the place of each row among them. */
function axisOf(rows: GroupedRows): { axis: number[]; places: Uint32Array } {
  const axis: number[] = [];
  const places = new Uint32Array(rows.length);
  let last = -Infinity;
  for (let row = 0; row < rows.length; row += 1) {
    const time = rows.time(row);
    if (time < last) {
      return axisInOrder(rows);
    }
    if (time > last) {
      axis.push(time);
      last = time;
    }
    places[row] = axis.length - 1;
  }
  return { axis, places };
}

/** The same where a clock that was set back puts rows out of order. */
function axisInOrder(rows: GroupedRows): { axis: number[]; places: Uint32Array } {
  const times = Array.from({ length: rows.length }, (_, row) => rows.time(row));
  const axis = [...new Set(times)].sort((a, b) => a - b);
  const place = new Map(axis.map((time, index) => [time, index]));
  return { axis, places: Uint32Array.from(times, (time) => place.get(time) ?? 0) };
}

function sumsOf(rows: GroupedRows, places: ArrayLike<number>, end: number): GroupSums {
  const most = rows.names.length;
  /** By a group's place among all names: where it is among those that have rows, plus one. */
  const indices = new Uint32Array(most);
  const groups: string[] = [];
  const totals = new Float64Array(most);
  const lasts = new Float64Array(most).fill(NaN);
  for (let row = 0; row < rows.length; row += 1) {
    const group = rows.group(row);
    const value = rows.value(row);
    const known = indices[group] ?? 0;
    const index = known === 0 ? groups.push(rows.names[group] ?? NONE) - 1 : known - 1;
    indices[group] = index + 1;
    totals[index] = (totals[index] ?? 0) + (Number.isNaN(value) ? 0 : value);
    if (places[row] === end) {
      lasts[index] = value;
    }
  }
  const indexOf = (group: string) => {
    const place = rows.placeOf(group);
    const index = place === undefined ? 0 : (indices[place] ?? 0);
    return index === 0 ? undefined : index - 1;
  };
  return { groups, totals, lasts, indexOf };
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
