import type { AdHocVariableFilter } from '@grafana/data';

import { t } from '../locale/t';

import { isWord } from './filterVariables';
import { isOfFlows, isUsed } from './kinds';
import type { XdpQuery } from './model';
import { TAGS, type Tag } from './tags';
import { malformed } from './wellFormed';

/** What an ad hoc filter comes to: a condition, or why there is none. */
type Term = { text: string; fault?: undefined } | { fault: string };

/** Operators, and what each says of the values: that the column has one of them, or none. */
const OPERATORS: ReadonlyMap<string, { isNegated: boolean; isOfSeveral: boolean }> = new Map([
  ['=', { isNegated: false, isOfSeveral: false }],
  ['!=', { isNegated: true, isOfSeveral: false }],
  ['=|', { isNegated: false, isOfSeveral: true }],
  ['!=|', { isNegated: true, isOfSeveral: true }],
]);

/** Of columns whose values can be told smaller from larger: the operator is the filter's own. */
const COMPARISONS = ['<', '>', '<=', '>='];

/** What the cell of a packet without the field gives. */
const NO_VALUE = ['', 'null'];

/**
 * A query that takes a filter, with the conditions of ad hoc filters added. Those with a fault are left out. What is no
 * filter stays, for the back end to refuse.
 */
export function withAdHocFilters(query: XdpQuery, filters: AdHocVariableFilter[] = []): XdpQuery {
  const terms = filters.map(termOf).flatMap((term) => (term.fault === undefined ? [term.text] : []));
  if (terms.length === 0 || !isUsed(query, 'filter') || 'filter' in malformed(query)) {
    return query;
  }
  const { filter = '' } = query;
  return { ...query, filter: [...(filter.trim() === '' ? [] : [`(${filter.trim()})`]), ...terms].join(' and ') };
}

/** Why a query cannot be asked with these filters; undefined where it can, and where it takes none. */
export function adHocFault(query: XdpQuery, filters: AdHocVariableFilter[] = []): string | undefined {
  return isUsed(query, 'filter') ? filters.map((filter) => termOf(filter).fault).find(Boolean) : undefined;
}

/** Whether a query can be narrowed at all: flags are counted without a filter. */
export function isNarrowable(query: XdpQuery): boolean {
  return isUsed(query, 'filter') && !(query.kind === 'rates' && query.groupBy === 'tcp_flag');
}

/** Whether it can be narrowed by a column: flows know less of a packet. */
export function takesConditionOn(column: string, query: XdpQuery): boolean {
  const isUnknown = isOfFlows(query) && TAGS.some(({ key, isOfPackets }) => key === column && isOfPackets === true);
  return isNarrowable(query) && !isUnknown;
}

/** Which packets have this text in a column, empty for those without it; undefined where a filter cannot say so. */
export function conditionOn(column: string, text: string): string | undefined {
  const term = termOf({ key: column, operator: '=', value: text });
  return term.fault === undefined ? term.text : undefined;
}

function termOf({ key, operator, value, values }: AdHocVariableFilter): Term {
  const tag = TAGS.find((candidate) => candidate.key === key);
  if (tag === undefined) {
    const columns = TAGS.map((each) => each.key).join(', ');
    return faulty(
      key,
      t('ad-hoc.no-column', 'there is no such column to filter by; there are {{columns}}', { columns })
    );
  }
  if (tag.isOrdered === true && COMPARISONS.includes(operator)) {
    return comparison(tag, operator, value.trim());
  }
  const meant = OPERATORS.get(operator);
  if (meant === undefined) {
    const known = [...OPERATORS.keys(), ...(tag.isOrdered === true ? COMPARISONS : [])];
    return faulty(
      key,
      t('ad-hoc.no-operator', 'the operator {{operator}} is not known; there are {{known}}', {
        operator,
        known: known.join(' '),
      })
    );
  }
  const wanted = [...new Set(meant.isOfSeveral ? (values ?? [value]) : [value])].map((each) => each.trim());
  if (wanted.length === 0) {
    return faulty(key, t('ad-hoc.no-value', 'no value is chosen'));
  }
  const wrong = wanted.find(
    (each) => !NO_VALUE.includes(each) && !(isWord(written(tag, each)) && tag.takes(written(tag, each)))
  );
  if (wrong !== undefined) {
    return impossible(tag, wrong);
  }
  if (wanted.some((each) => NO_VALUE.includes(each)) && tag.without === undefined) {
    return faulty(key, t('ad-hoc.not-without', 'packets without it cannot be filtered for'));
  }
  return { text: condition(tag, wanted, meant.isNegated) };
}

function comparison(tag: Tag, operator: string, value: string): Term {
  return tag.takes(value) ? { text: `${tag.key} ${operator} ${value}` } : impossible(tag, value);
}

function impossible({ key, allowed }: Tag, value: string): Term {
  return faulty(
    key,
    t('ad-hoc.impossible', '"{{value}}" is not possible; it takes {{allowed}}', { value, allowed: allowed() })
  );
}

function condition(tag: Tag, wanted: string[], isNegated: boolean): string {
  const given = wanted.filter((each) => !NO_VALUE.includes(each)).map((each) => written(tag, each));
  const isWithout = given.length < wanted.length;
  const conditions = [...(isWithout && tag.without !== undefined ? [tag.without] : []), ...tag.conditions(given)];
  const [only = ''] = conditions;
  if (conditions.length !== 1) {
    return `${isNegated ? 'not ' : ''}(${conditions.join(' or ')})`;
  }
  return !isNegated ? only : only.startsWith('not ') ? only.slice('not '.length) : `not ${only}`;
}

/** A cell's text, or what somebody types in its place, as it stands in a filter. */
function written(tag: Tag, value: string): string {
  const isMeant = (cell: string) => cell.toLowerCase() === value.toLowerCase();
  const [, word] = [...(tag.words ?? [])].find(([cell]) => isMeant(cell)) ?? [];
  return word ?? tag.spelled?.(value) ?? value;
}

function faulty(key: string, why: string): Term {
  return { fault: t('ad-hoc.fault', 'ad hoc filter {{key}}: {{why}}', { key: key.slice(0, 60), why }) };
}
