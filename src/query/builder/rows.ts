import type { Condition, Conditions, FieldName } from '../../resources/filter';
import type { FilterVerdict } from '../filterReading';

import { isValue } from './conditions';
import { fieldNamed } from './fields';
import { isWhole, writeConditions } from './write';

/** A condition being made: it may lack its values. */
export interface Row extends Condition {
  /** Tells it from the others, also when they move. */
  id: number;
}

export interface Rows {
  joint: Conditions['joint'];
  rows: Row[];
}

const FIRST: Condition = { field: 'host', operator: 'is', values: [] };

/** Rows that show these conditions; one to begin with, where there are none. */
export function rowsOf({ joint, conditions }: Conditions): Rows {
  return { joint, rows: (conditions.length === 0 ? [FIRST] : conditions).map((row, id) => ({ ...row, id })) };
}

/** One more, for another of the same kind of thing. */
export function withRow({ joint, rows }: Rows): Rows {
  const id = 1 + Math.max(-1, ...rows.map((row) => row.id));
  return { joint, rows: [...rows, { ...FIRST, id }] };
}

export function withoutRow({ joint, rows }: Rows, id: number): Rows {
  const others = rows.filter((row) => row.id !== id);
  return others.length === 0 ? withRow({ joint, rows: others }) : { joint, rows: others };
}

export function withChange({ joint, rows }: Rows, id: number, change: Partial<Condition>): Rows {
  return { joint, rows: rows.map((row) => (row.id === id ? { ...row, ...change } : row)) };
}

/** The condition with another field; it keeps what can be said of that, too. */
export function withField({ field, operator, values }: Condition, chosen: FieldName): Condition {
  const [before, after] = [fieldNamed(field), fieldNamed(chosen)];
  return {
    field: chosen,
    operator: after.operators.includes(operator) ? operator : (after.operators[0] ?? 'is'),
    values: sourceOf(before.values) === sourceOf(after.values) ? values : [],
  };
}

/** Where values are of the same kind, they come from the same source. */
function sourceOf(values: ReturnType<typeof fieldNamed>['values']): unknown {
  return 'suggested' in values ? values.suggested : values.chosen;
}

/** The filter that the rows make, without those that lack something. */
export function filterOf({ joint, rows }: Rows): string {
  return writeConditions({ joint, conditions: rows.filter(isWhole) }).text;
}

/** The first value of a row that cannot stand in a filter, whatever it is a value of. */
export function unfitValue({ values }: Condition): string | undefined {
  return values.find((value) => !isValue(value));
}

/** The row that a fault is in; undefined where the verdict is not about the filter that the rows make. */
export function faultyRow(shown: Rows, filter: string, verdict: FilterVerdict | undefined): number | undefined {
  const { joint, rows } = shown;
  const whole = rows.filter(isWhole);
  const { text, places } = writeConditions({ joint, conditions: whole });
  if (verdict?.state !== 'fault' || verdict.isInterpolated || text !== filter) {
    return undefined;
  }
  const start = verdict.fault.column - 1;
  const isOfAll = whole.length > 1 && verdict.fault.length >= text.length;
  // Where the end is at fault, it is the last one's.
  const index = isOfAll ? -1 : places.findIndex(({ end }) => start < end || end === text.length);
  return whole[index]?.id;
}
