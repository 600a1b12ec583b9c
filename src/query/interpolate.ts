import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

import { ANY_INTERFACE, type XdpQuery } from './model';

type VariableReplacer = Pick<TemplateSrv, 'replace'>;

/**
 * Puts the values of template variables in place. A variable with several values becomes that many interfaces, and one
 * without a value none. An empty list leaves the query, because only a missing key means "the back end's default".
 */
export function interpolateQuery(query: XdpQuery, templates: VariableReplacer, scopedVars: ScopedVars): XdpQuery {
  const { interfaces, columns, ...rest } = query;
  const named = (interfaces ?? []).flatMap((entry) => expandInterface(entry, templates, scopedVars));
  return {
    ...rest,
    ...(named.length > 0 && { interfaces: named.includes(ANY_INTERFACE) ? [ANY_INTERFACE] : [...new Set(named)] }),
    ...(columns !== undefined && columns.length > 0 && { columns }),
  };
}

/** The name of an interface holds no white space, so a line break separates the values of a variable safely. */
function expandInterface(entry: string, templates: VariableReplacer, scopedVars: ScopedVars): string[] {
  const oneALine = (value: string | string[]) => (Array.isArray(value) ? value.join('\n') : value);
  return templates
    .replace(entry, scopedVars, oneALine)
    .split(/\s+/)
    .filter((name) => name !== '');
}
