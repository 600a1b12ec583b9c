import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

import { ANY_INTERFACE, type XdpQuery } from './model';

type VariableReplacer = Pick<TemplateSrv, 'replace'>;

type OneValue = string | number | boolean;

/** What a name, a number, an address, a network or a range of these is written with; nothing that makes a condition. */
const PART_OF_A_FILTER = /^[\w.:/*-]*$/;

/**
 * Puts the values of template variables in place. A variable with several values becomes that many interfaces, and one
 * without a value none. An empty list leaves the query, because only a missing key means "the back end's default".
 */
export function interpolateQuery(query: XdpQuery, templates: VariableReplacer, scopedVars: ScopedVars): XdpQuery {
  const { interfaces, filter = '', columns, ...rest } = query;
  const named = (interfaces ?? []).flatMap((entry) => expandInterface(entry, templates, scopedVars));
  const expanded = expandFilter(filter, templates, scopedVars);
  return {
    ...rest,
    ...(named.length > 0 && { interfaces: named.includes(ANY_INTERFACE) ? [ANY_INTERFACE] : [...new Set(named)] }),
    ...(expanded.trim() !== '' && { filter: expanded }),
    ...(columns !== undefined && columns.length > 0 && { columns }),
  };
}

/** Why the filter cannot take the value that one of its variables has; undefined where it can take them all. */
export function filterFault(filter: string, templates: VariableReplacer, scopedVars: ScopedVars): string | undefined {
  const values: string[] = [];
  const around = templates.replace(filter, scopedVars, (value: OneValue | OneValue[]) => {
    values.push(...valuesOf(value));
    return '';
  });
  // A value that is all there is, such as that of a text box, is a filter and not a part of one.
  const isWhole = values.length === 1 && around.trim() === '';
  const wrong = isWhole ? undefined : values.find((value) => !PART_OF_A_FILTER.test(value));
  return wrong === undefined
    ? undefined
    : `filter: "${wrong}" is not allowed as the value of a variable; within a filter it takes letters, digits and . : - _ / *`;
}

/** The name of an interface holds no white space, so a line break separates the values of a variable safely. */
function expandInterface(entry: string, templates: VariableReplacer, scopedVars: ScopedVars): string[] {
  const oneALine = (value: string | string[]) => (Array.isArray(value) ? value.join('\n') : value);
  return templates
    .replace(entry, scopedVars, oneALine)
    .split(/\s+/)
    .filter((name) => name !== '');
}

/** A filter with a fault stays as it is: the back end refuses it at the first variable. */
function expandFilter(filter: string, templates: VariableReplacer, scopedVars: ScopedVars): string {
  if (filter === '' || filterFault(filter, templates, scopedVars) !== undefined) {
    return filter;
  }
  const lists = new Set<string>();
  const expanded = templates.replace(filter, scopedVars, (value: OneValue | OneValue[]) => {
    const values = valuesOf(value);
    if (values.length < 2) {
      return values.join();
    }
    const list = `(${values.join(' or ')})`;
    lists.add(list);
    return list;
  });
  // `host ($host)` is to read like `host $host`: tcpdump knows no list of values in two pairs of parentheses.
  return [...lists].reduce((text, list) => text.replaceAll(`(${list})`, list), expanded);
}

function valuesOf(value: OneValue | OneValue[]): string[] {
  return [value].flat().map(String);
}
