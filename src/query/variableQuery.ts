import type { DataQuery } from '@grafana/schema';

import { t } from '../locale/t';
import { SEEN_WHATS } from '../resources/seen';

/** What a query variable can list. */
export const VARIABLE_LISTS = ['interfaces', 'machines', ...SEEN_WHATS] as const;

export type VariableList = (typeof VARIABLE_LISTS)[number];

/** What a query variable asks for, as a dashboard saves it. */
export interface XdpVariableQuery extends DataQuery {
  /** Such as `hosts(eth0)`. Grafana shows it in its list of variables. */
  query: string;
}

/** What a new variable lists. */
export const DEFAULT_VARIABLE_QUERY: XdpVariableQuery = { refId: 'A', query: 'interfaces' };

/** What the text of a variable's query means. */
export interface VariableQuery {
  list: VariableList;
  /** As in a query; none at all means every interface that may be watched. */
  interfaces: string[];
}

const TEXT = /^(\w+)\s*(?:\(([^()]*)\))?$/;

/** Reads the text of a query variable, such as `hosts(eth0)`. An empty text means `interfaces`. */
export function readVariableQuery(text: string): VariableQuery {
  const [, name = '', interfaces] = TEXT.exec(text.trim()) ?? [];
  const list = VARIABLE_LISTS.find((each) => each === name);
  if (text.trim() === '') {
    return { list: 'interfaces', interfaces: [] };
  }
  if (list === undefined || (list === 'machines' && interfaces !== undefined)) {
    throw new Error(
      t(
        'variable.unknown-list',
        'XDP Live cannot list "{{text}}" for a variable. Write machines, interfaces, {{lists}}, or one of the last five with interfaces, such as interfaces(uplinks), hosts(eth0) or hosts($interface).',
        { text: text.trim(), lists: SEEN_WHATS.join(', ') }
      )
    );
  }
  return { list, interfaces: (interfaces ?? '').split(/[\s,]+/).filter((entry) => entry !== '') };
}

/** The text that {@link readVariableQuery} reads as this. */
export function writeVariableQuery({ list, interfaces }: VariableQuery): string {
  return list === 'machines' || interfaces.length === 0 ? list : `${list}(${interfaces.join(', ')})`;
}

/** A saved query. Dashboards of before there was an editor for it have its text alone. */
export function migrateVariableQuery(saved: XdpVariableQuery | string | undefined): XdpVariableQuery {
  return typeof saved === 'string'
    ? { ...DEFAULT_VARIABLE_QUERY, query: saved }
    : { ...DEFAULT_VARIABLE_QUERY, ...saved };
}
