import type { IngressHook } from '../settings/model';

import { backendOf } from './backend';

/** A setting of the server's administrator. */
interface Setting<T> {
  /** What is in force. */
  value: T;
  /** It stands in grafana.ini; otherwise it is the default. */
  set: boolean;
}

/** What the server's administrator has set, under the names in grafana.ini, as the resource `settings` tells it. */
export interface ServerSettings {
  /** Patterns of interfaces that may be watched; none at all for every interface. */
  interfaces: Setting<string[]>;
  /** For every data source; null where a data source chooses. */
  hook: Setting<IngressHook | null>;
  /** The most rows a second; null for no bound. */
  max_limit: Setting<number | null>;
  header_bytes: Setting<number>;
  ring_bytes: Setting<number>;
  queue_rows: Setting<number>;
  linger_seconds: Setting<number>;
  flow_entries: Setting<number>;
  history_seconds: Setting<number>;
  history_rows: Setting<number>;
  /** Interfaces that are counted from the start. */
  watch: Setting<string[]>;
  /** TCP ports of Grafana's own traffic. */
  own_ports: Setting<number[]>;
  /** Servers of NATS that data sources may use. */
  nats_servers: Setting<string[]>;
  /** Whether processes, users and containers are shown. */
  processes: Setting<boolean>;
  /** Files that say where addresses are; null for none. */
  country_file: Setting<string | null>;
  asn_file: Setting<string | null>;
  /** Whether names are learnt from answers of the DNS that pass. */
  dns_answers: Setting<boolean>;
  /** Whether the DNS is asked for names. */
  reverse_lookups: Setting<boolean>;
  log_level: Setting<string>;
}

export interface SettingsResponse {
  /** Name of the machine that answered. */
  host: string;
  settings: ServerSettings;
  /** What stands in grafana.ini and cannot be used. */
  problems: string[];
}

/** Asks as an editor does that has no data source at hand, only its uid. A failure is the caller's to show. */
export async function loadServerSettings(dataSourceUid: string): Promise<SettingsResponse> {
  const backend = await backendOf(dataSourceUid);
  return backend.getResource<SettingsResponse>('settings', undefined, { showErrorAlert: false });
}
