import type { ScopedVars } from '@grafana/data';

import { expandFilter } from './filterVariables';
import { withoutWhatAnyHas } from './interfaceSets';
import { isOfLaterVersion } from './migrate';
import type { XdpQuery } from './model';
import { replaceVariables, VARIABLE, type VariableReplacer, type VariableValue } from './variables';
import { malformed, wellFormed } from './wellFormed';

/** Keys with one word each, which the back end refuses by name where it does not know it. */
const WORDS = ['kind', 'direction', 'groupBy', 'measure', 'since', 'decapsulate', 'format'] as const;

/**
 * Puts the values of template variables in place. A variable with several values becomes that many interfaces or
 * columns, and one without a value none. An empty list or text leaves the query, because only a missing key means "the
 * back end's default". What is no list or text at all stays, for the back end to refuse by name. Of a query of a later
 * version nobody knows here what an empty value means: all that holds no variable stays as it was saved.
 */
export function interpolateQuery(query: XdpQuery, templates: VariableReplacer, scopedVars: ScopedVars): XdpQuery {
  const interpolated = withValues(query, templates, scopedVars);
  const saved = Object.entries(query).filter(([, value]) => value !== undefined && !holdsVariable(value));
  return isOfLaterVersion(query) ? { ...interpolated, ...Object.fromEntries(saved) } : interpolated;
}

function holdsVariable(value: unknown): boolean {
  return Array.isArray(value) ? value.some(holdsVariable) : typeof value === 'string' && value.search(VARIABLE) >= 0;
}

function withValues(query: XdpQuery, templates: VariableReplacer, scopedVars: ScopedVars): XdpQuery {
  const { interfaces, hosts, filter = '', columns, ...rest } = wellFormed(query);
  const words = (entries: string[] = []) => [
    ...new Set(entries.flatMap((entry) => expandEntry(entry, templates, scopedVars))),
  ];
  const named = words(interfaces);
  const machines = words(hosts);
  const shown = words(columns);
  const expanded = expandFilter(filter, templates, scopedVars);
  return {
    ...malformed(query),
    ...withNumbers(withWords(rest, words), words),
    ...(named.length > 0 && { interfaces: withoutWhatAnyHas(named) }),
    ...(machines.length > 0 && { hosts: machines }),
    ...(expanded.trim() !== '' && { filter: expanded }),
    ...(shown.length > 0 && { columns: shown }),
  };
}

/** Keys with a number each. */
const NUMBERS = ['limit', 'interval', 'top', 'rowsKept', 'prefixIpv4', 'prefixIpv6'] as const;

/** Numbers that variables hold. A variable without a value asks for the default; what is no number the back end refuses. */
function withNumbers<Keys extends Partial<Pick<XdpQuery, (typeof NUMBERS)[number]>>>(
  query: Keys,
  words: (entries: string[]) => string[]
): Keys {
  const numbers = NUMBERS.flatMap((key) => {
    const text: unknown = query[key];
    return typeof text === 'string' ? [[key, words([text]).join(' ')] as const] : [];
  });
  const given = numbers.map(([key, text]) => [key, /^\d+$/.test(text) ? Number(text) : text || undefined]);
  return { ...query, ...(Object.fromEntries(given) as Partial<Keys>) };
}

/** Values of a list hold no white space, so a line break separates those of a variable safely. */
function expandEntry(entry: string, templates: VariableReplacer, scopedVars: ScopedVars): string[] {
  const oneALine = (value: VariableValue) => (Array.isArray(value) ? value.join('\n') : String(value));
  return replaceVariables(entry, templates, scopedVars, oneALine)
    .split(/\s+/)
    .filter((name) => name !== '');
}

function withWords<Keys extends Omit<XdpQuery, 'interfaces' | 'hosts' | 'filter' | 'columns'>>(
  query: Keys,
  words: (entries: string[]) => string[]
): Keys {
  const given = WORDS.flatMap((key) => {
    const text: unknown = query[key];
    return typeof text === 'string' && text.search(VARIABLE) >= 0 ? [[key, words([text]).join(' ')] as const] : [];
  });
  const gone = given.flatMap(([key, text]) => (text === '' ? [key as string] : []));
  return Object.fromEntries(
    Object.entries({ ...query, ...Object.fromEntries(given) }).filter(([key]) => !gone.includes(key))
  ) as Keys;
}
