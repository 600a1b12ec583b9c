import type { XdpQuery } from './model';
import { isVariable } from './variables';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number' || (typeof value === 'string' && isVariable(value));
const isListOfTexts: Check = (value) => Array.isArray(value) && value.every(isText);

const TYPES: ReadonlyMap<string, Check> = new Map([
  ...['kind', 'direction', 'filter', 'groupBy', 'measure', 'since', 'decapsulate', 'format'].map(
    (key) => [key, isText] as const
  ),
  ...['interfaces', 'hosts', 'columns'].map((key) => [key, isListOfTexts] as const),
  ...['limit', 'interval', 'top', 'rowsKept', 'prefixIpv4', 'prefixIpv6'].map((key) => [key, isNumber] as const),
]);

/**
 * A dashboard's JSON may hold anything. The query without keys whose values are not of the type that they are to be of,
 * for who shows it or works with it; who asks it sends it as it is, because the back end refuses such a key by name.
 */
export function wellFormed(query: XdpQuery): XdpQuery {
  return Object.fromEntries(Object.entries(query).filter(isWellFormed)) as unknown as XdpQuery;
}

/** What {@link wellFormed} leaves out. */
export function malformed(query: XdpQuery): Record<string, unknown> {
  return Object.fromEntries(Object.entries(query).filter((entry) => !isWellFormed(entry)));
}

function isWellFormed([key, value]: [string, unknown]): boolean {
  return value === undefined || (TYPES.get(key)?.(value) ?? true);
}
