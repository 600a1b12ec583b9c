import type { ServerSettings, SettingsResponse } from '../resources/settings';

type Values = { [Name in keyof ServerSettings]?: ServerSettings[Name]['value'] };

const DEFAULTS: ServerSettings = {
  interfaces: { value: [], set: false },
  hook: { value: null, set: false },
  max_limit: { value: 10_000, set: false },
  header_bytes: { value: 0, set: false },
  ring_bytes: { value: 8_388_608, set: false },
  queue_rows: { value: 65_536, set: false },
  linger_seconds: { value: 60, set: false },
  flow_entries: { value: 65_536, set: false },
  history_seconds: { value: 3_600, set: false },
  history_rows: { value: 10_000, set: false },
  watch: { value: [], set: false },
  own_ports: { value: [3_000], set: false },
  nats_servers: { value: [], set: false },
  processes: { value: false, set: false },
  country_file: { value: null, set: false },
  asn_file: { value: null, set: false },
  dns_answers: { value: false, set: false },
  reverse_lookups: { value: false, set: false },
  log_level: { value: 'info', set: false },
};

/** What a back end answers on whose server these settings are made. */
export function serverSettings(made: Values = {}, problems: string[] = []): SettingsResponse {
  const entries = Object.entries(made).map(([name, value]) => [name, { value, set: true }]);
  return { host: 'nas', settings: { ...DEFAULTS, ...(Object.fromEntries(entries) as object) }, problems };
}
