import { FieldType, type AnnotationEvent, type DataFrame } from '@grafana/data';

import { t } from '../locale/t';
import type { QueryKind } from '../query/model';

/** Rows in one second that are this many times the mean of the others, and at least {@link BURST_LEAST}, are a burst. */
const BURST_TIMES = 5;
/** Packets a second. */
const BURST_LEAST = 100;

/** Values by the name of their field. */
type Row = Partial<Record<string, unknown>>;

type Maker = (rows: Row[], frames: DataFrame[]) => AnnotationEvent[];

/** What each kind of query tells of; others tell of nothing. */
const MAKERS: Partial<Record<QueryKind, Maker>> = {
  interfaces: changesOfInterfaces,
  capture: losses,
  flows: firstSeen,
  rates: bursts,
};

/** What happened, by the answer to a query of a kind. */
export function eventsOf(kind: QueryKind, frames: DataFrame[]): AnnotationEvent[] {
  return MAKERS[kind]?.(frames.flatMap(rowsOf), frames) ?? [];
}

/** An interface came up, went down, or is gone; its link went away and came back. */
function changesOfInterfaces(rows: Row[]): AnnotationEvent[] {
  const states = new Map<string, string>();
  return rows.flatMap((row) => {
    const name = text(row.interface);
    const state = text(row.state);
    const before = states.get(name);
    states.set(name, state);
    const changes = numberIn(row.carrier_changes);
    if (before !== undefined && before !== state) {
      return [event(row, wordsOf(name, state), ['interface', name, state])];
    }
    return changes > 0
      ? [
          event(row, t('annotation.link-changed', 'The link of {{name}} went away and came back.', { name }), [
            'interface',
            name,
          ]),
        ]
      : [];
  });
}

function wordsOf(name: string, state: string): string {
  switch (state) {
    case 'absent':
      return t('annotation.gone', '{{name}} is gone.', { name });
    case 'up':
      return t('annotation.up', '{{name}} is up.', { name });
    case 'down':
    case 'lowerlayerdown':
      return t('annotation.down', '{{name}} is down.', { name });
    default:
      return t('annotation.state', '{{name}} is in the state {{state}}.', { name, state });
  }
}

/** Rows of a stream were lost since the counters were looked at before. Counters that begin anew are no loss. */
function losses(rows: Row[]): AnnotationEvent[] {
  const counted = new Map<string, number>();
  return rows.flatMap((row) => {
    if (typeof row.channel !== 'string') {
      return [];
    }
    const key = [row.host, row.interface, row.direction, row.channel].map(text).join(' ');
    const lost = numberIn(row.lost_ring) + numberIn(row.lost_queue) + numberIn(row.lost_network);
    const count = lost - (counted.get(key) ?? lost);
    counted.set(key, lost);
    return count > 0
      ? [
          event(
            row,
            t('annotation.lost', '{{count}} rows were lost on {{name}}.', {
              count,
              name: text(row.interface),
              defaultValue_one: '{{count}} row was lost on {{name}}.',
            }),
            ['loss', text(row.interface)]
          ),
        ]
      : [];
  });
}

/** The first packet of each host that the conversations have; those that were there from the beginning are nothing new. */
function firstSeen(rows: Row[]): AnnotationEvent[] {
  const first = new Map<string, number>();
  for (const { source_ip: source, destination_ip: destination, first_seen: seen } of rows) {
    for (const host of [source, destination]) {
      if (typeof host === 'string' && typeof seen === 'number') {
        first.set(host, Math.min(seen, first.get(host) ?? Infinity));
      }
    }
  }
  const begin = Math.min(...first.values());
  return [...first]
    .filter(([, time]) => time > begin)
    .map(([host, time]) => ({
      time,
      text: t('annotation.first-seen', '{{host}} was seen for the first time.', { host }),
      tags: ['first seen', host],
    }));
}

/** Where a series begins to be far above its mean: with a filter for SYN, a burst of new connections. */
function bursts(_: Row[], frames: DataFrame[]): AnnotationEvent[] {
  return frames.flatMap(({ fields }) => {
    const times = fields.find(({ type }) => type === FieldType.time)?.values as number[] | undefined;
    return fields
      .filter(({ type }) => type === FieldType.number)
      .flatMap(({ values }) => {
        const numbers = (values as unknown[]).map(numberIn);
        const sum = numbers.reduce((all, one) => all + one, 0);
        const isBurst = (value: number | undefined) =>
          value !== undefined &&
          value >= BURST_LEAST &&
          value >= (BURST_TIMES * (sum - value)) / Math.max(numbers.length - 1, 1);
        return numbers.flatMap((value, index) =>
          isBurst(value) && !isBurst(numbers[index - 1])
            ? [
                {
                  time: times?.[index] ?? 0,
                  text: t('annotation.burst', 'A burst of {{count}} packets per second.', { count: Math.round(value) }),
                  tags: ['burst'],
                },
              ]
            : []
        );
      });
  });
}

function event(row: Row, words: string, tags: string[]): AnnotationEvent {
  return { time: numberIn(row.time), text: words, tags };
}

function rowsOf({ fields, length }: DataFrame): Row[] {
  return Array.from({ length }, (_, index) =>
    Object.fromEntries(fields.map(({ name, values }) => [name, (values as unknown[])[index]]))
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberIn(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
