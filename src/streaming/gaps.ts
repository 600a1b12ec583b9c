import { FieldType, type DataFrame, type DataQueryResponse } from '@grafana/data';

import { isOfSeries } from '../query/kinds';
import type { XdpQuery } from '../query/model';

import { canonicalQuery } from './canonicalQuery';
import { mapFrames } from './mapFrames';

/** Milliseconds between the rows of a past that is kept by the second, whatever the interval. */
const SECOND = 1_000;
/** Intervals after which a row is not the next of the one before it, and milliseconds besides. */
const INTERVALS = 1.5;
/** The past ends with a whole second; the first interval of a stream begins when that does. */
const SEAM = 1_000;

/** Has the series in answers to these queries end where rows stop and begin anew where they go on. */
export function showingGaps(queries: readonly XdpQuery[]) {
  const intervals = new Map(
    queries.filter(isOfSeries).map((query) => [query.refId, canonicalQuery(query).interval] as const)
  );
  return (answer: DataQueryResponse): DataQueryResponse =>
    mapFrames(answer, (frame) => {
      const interval = intervals.get(frame.refId ?? '');
      return interval === undefined ? frame : withGaps(frame, interval);
    });
}

/** Milliseconds between two rows of this interval, in ms, between which something is missing. */
export function longEnoughForGap(interval: number): number {
  return INTERVALS * Math.max(interval, SECOND) + SEAM;
}

/**
 * Series with a time of its own, at which there is nothing, wherever rows are further apart than an interval: a graph
 * would draw a line across. Rows are in the order of time; `interval` is in ms.
 */
function withGaps(series: DataFrame, interval: number): DataFrame {
  const step = Math.max(interval, SECOND);
  const times: unknown[] = series.fields.find(({ type }) => type === FieldType.time)?.values ?? [];
  /** Places before which something is missing, and a time for each at which there is nothing. */
  const gaps = new Map<number, number>();
  times.forEach((time, place) => {
    const last = times[place - 1];
    if (typeof time === 'number' && typeof last === 'number' && time - last > longEnoughForGap(interval)) {
      gaps.set(place, last + step);
    }
  });
  if (gaps.size === 0) {
    return series;
  }
  const { refId, name, meta, fields, length } = series;
  return {
    refId,
    name,
    meta,
    length: length + gaps.size,
    fields: fields.map((field) => {
      const isTime = field.type === FieldType.time;
      return { ...field, values: withPlaces(field.values, gaps, (time) => (isTime ? time : null)) };
    }),
  };
}

/** Values with what `at` makes of each gap before its place. There may be very many values, which are drawn each second. */
function withPlaces(
  values: ArrayLike<unknown>,
  gaps: ReadonlyMap<number, number>,
  at: (gap: number) => unknown
): unknown[] {
  const widened: unknown[] = [];
  let next = 0;
  const takeUntil = (place: number) => {
    for (; next < place; next += 1) {
      widened.push(values[next]);
    }
  };
  gaps.forEach((gap, place) => {
    takeUntil(place);
    widened.push(at(gap));
  });
  takeUntil(values.length);
  return widened;
}
