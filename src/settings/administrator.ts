import type { ServerSettings, SettingsResponse } from '../resources/settings';

import type { IngressHook } from './model';

/** The hook that the server's administrator has set for every data source. */
export interface FixedHook {
  hook: IngressHook;
  note: string;
  /** The data source asks for another one, and does not work until that is changed. */
  isContradicted: boolean;
}

export function fixedHook(
  { settings: { hook } }: SettingsResponse,
  stored: IngressHook = 'auto'
): FixedHook | undefined {
  if (!hook.set || hook.value === null) {
    return undefined;
  }
  const isContradicted = stored !== 'auto' && stored !== hook.value;
  const note = `Set to ${hook.value} for all data sources by hook in grafana.ini.`;
  return { hook: hook.value, isContradicted, note };
}

export function interfacesNote({ settings: { interfaces } }: SettingsResponse): string {
  return interfaces.value.length === 0
    ? 'The administrator of the server allows every interface (interfaces in grafana.ini).'
    : `Bounded by interfaces in grafana.ini, which allows ${interfaces.value.join(', ')}: nothing beyond that can be watched.`;
}

export function ceilingNote({ settings: { max_limit } }: SettingsResponse, stored: number | undefined): string {
  if (max_limit.value === null) {
    return 'max_limit = none in grafana.ini sets no bound.';
  }
  const bound = max_limit.set
    ? `Bounded by max_limit = ${max_limit.value} in grafana.ini.`
    : `Bounded by the default of max_limit in grafana.ini, ${max_limit.value}.`;
  return stored !== undefined && stored > max_limit.value ? `${bound} That holds, because it is lower.` : bound;
}

/** Which packets are own traffic; with `isNone` the switch has nothing to show. */
export function ownPortsNote({ settings: { own_ports } }: SettingsResponse): { isNone: boolean; note: string } {
  if (own_ports.set && own_ports.value.length === 0) {
    const note = 'own_ports = none in grafana.ini takes no packet for own traffic, so that this has no effect.';
    return { isNone: true, note };
  }
  const ports = own_ports.value.join(', ');
  if (own_ports.set) {
    return { isNone: false, note: `Its TCP ports are set to ${ports} by own_ports in grafana.ini.` };
  }
  return { isNone: false, note: ports === '' ? '' : `Its TCP ports are those on which Grafana listens: ${ports}.` };
}

/** Settings that no field of a data source narrows, and what each means. */
const OTHERS: ReadonlyArray<[keyof ServerSettings, string]> = [
  ['header_bytes', 'bytes of each packet that a file may hold where its headers end before that'],
  ['watch', 'interfaces that are counted from the start, whether anybody looks or not'],
  ['ring_bytes', 'bytes of the ring of each interface'],
  ['queue_rows', 'rows that wait for one stream; beyond that the oldest are lost'],
  ['linger_seconds', 'seconds for which an interface stays attached after its last panel'],
  ['flow_entries', 'flows for which the table of an interface has room'],
  ['history_seconds', 'seconds of counts that are kept'],
  ['history_rows', 'rows of one query of packets that are kept'],
  ['log_level', "how much the plugin writes into Grafana's log"],
];

export interface OtherSetting {
  name: string;
  value: string;
  meaning: string;
}

/** What else stands in grafana.ini and holds for every data source. */
export function otherSettings({ settings }: SettingsResponse): OtherSetting[] {
  // A back end from before an update, which still runs, may not know all of them.
  return OTHERS.filter(([name]) => name in settings && settings[name].set).map(([name, meaning]) => ({
    name,
    value: [settings[name].value].flat().join(' '),
    meaning,
  }));
}
