import type { XdpQuery } from './model';

/** Keys that Grafana gives to queries of all data sources. */
const GRAFANAS: ReadonlySet<string> = new Set(['refId', 'hide', 'key', 'queryType', 'datasource', 'label']);

/** A query as Grafana asks it: one with no key of ours is new, and asked with what a new query has. */
export function withDefaults(query: XdpQuery, defaults: Partial<XdpQuery>): XdpQuery {
  return Object.keys(query).every((key) => GRAFANAS.has(key)) ? { ...defaults, ...query } : query;
}
