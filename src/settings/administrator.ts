import { figure } from '../locale/figures';
import { t } from '../locale/t';
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
  const note = t('administrator.hook', 'Set to {{hook}} for all data sources by hook in grafana.ini.', {
    hook: hook.value,
  });
  return { hook: hook.value, isContradicted, note };
}

export function interfacesNote({ settings: { interfaces } }: SettingsResponse): string {
  return interfaces.value.length === 0
    ? t(
        'administrator.every-interface',
        'The administrator of the server allows every interface (interfaces in grafana.ini).'
      )
    : t(
        'administrator.interfaces',
        'Bounded by interfaces in grafana.ini, which allows {{names}}: nothing beyond that can be watched.',
        { names: interfaces.value.join(', ') }
      );
}

export function ceilingNote({ settings: { max_limit } }: SettingsResponse, stored: number | undefined): string {
  if (max_limit.value === null) {
    return t('administrator.no-ceiling', 'max_limit = none in grafana.ini sets no bound.');
  }
  const bound = max_limit.set
    ? // As it stands there.
      t('administrator.ceiling', 'Bounded by max_limit = {{most}} in grafana.ini.', { most: max_limit.value })
    : t('administrator.default-ceiling', 'Bounded by the default of max_limit in grafana.ini, {{most}}.', {
        most: figure(max_limit.value),
      });
  return stored !== undefined && stored > max_limit.value
    ? t('administrator.lower-ceiling', '{{bound}} That holds, because it is lower.', { bound })
    : bound;
}

/** Which packets are own traffic; with `isNone` the switch has nothing to show. */
export function ownPortsNote({ settings: { own_ports } }: SettingsResponse): { isNone: boolean; note: string } {
  if (own_ports.set && own_ports.value.length === 0) {
    const note = t(
      'administrator.no-own-ports',
      'In grafana.ini, own_ports is none. So no traffic counts as own, and this switch has no effect.'
    );
    return { isNone: true, note };
  }
  const ports = own_ports.value.join(', ');
  if (own_ports.set) {
    const note = t('administrator.own-ports', 'Its TCP ports are set to {{ports}} by own_ports in grafana.ini.', {
      ports,
    });
    return { isNone: false, note };
  }
  const note =
    ports === ''
      ? ''
      : t('administrator.grafanas-ports', 'Its TCP ports are those on which Grafana listens: {{ports}}.', { ports });
  return { isNone: false, note };
}

/** Settings that no field of a data source narrows, and what each means. */
const OTHERS: ReadonlyArray<[keyof ServerSettings, () => string]> = [
  [
    'header_bytes',
    () =>
      t('administrator.header-bytes', 'bytes of each packet that a file may hold where its headers end before that'),
  ],
  ['watch', () => t('administrator.watch', 'interfaces that are counted from the start, whether anybody looks or not')],
  [
    'nats_servers',
    () => t('administrator.nats-servers', 'NATS servers by which data sources may reach other machines'),
  ],
  ['processes', () => t('administrator.processes', 'whether processes, users and containers are shown')],
  ['country_file', () => t('administrator.country-file', 'file with the countries of addresses')],
  ['asn_file', () => t('administrator.asn-file', 'file with the autonomous systems of addresses')],
  [
    'dns_answers',
    () => t('administrator.dns-answers', 'whether names of hosts are learnt from answers of the DNS that pass'),
  ],
  ['reverse_lookups', () => t('administrator.reverse-lookups', 'whether the DNS is asked for the names of addresses')],
  ['ring_bytes', () => t('administrator.ring-bytes', 'bytes of the ring that all interfaces share')],
  ['queue_rows', () => t('administrator.queue-rows', 'rows that wait for one stream; beyond that the oldest are lost')],
  [
    'linger_seconds',
    () => t('administrator.linger-seconds', 'seconds for which an interface stays attached after its last panel'),
  ],
  ['flow_entries', () => t('administrator.flow-entries', 'flows for which the table of all interfaces has room')],
  ['history_seconds', () => t('administrator.history-seconds', 'seconds of counts that are kept')],
  ['history_rows', () => t('administrator.history-rows', 'rows of one query of packets that are kept')],
  ['log_level', () => t('administrator.log-level', "how much the plugin writes into Grafana's log")],
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
    meaning: meaning(),
  }));
}
