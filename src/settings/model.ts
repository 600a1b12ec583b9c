import type { DataSourceJsonData } from '@grafana/data';

export type IngressHook = 'auto' | 'xdp-native' | 'xdp-generic' | 'tcx';

export type MinimumRole = 'Viewer' | 'Editor' | 'Admin';

/**
 * Settings of one data source. They narrow what the server's administrator allows and never widen it. A missing key
 * means the default; the keys are a contract with provisioned data sources.
 */
export interface XdpSettings extends DataSourceJsonData {
  hook?: IngressHook;
  /** Whether the TCP traffic by which this machine's Grafana delivers what is shown is shown, too. */
  showOwnTraffic?: boolean;
  /** Patterns of interface names; none at all allows what the server's administrator allows. */
  allowedInterfaces?: string[];
  minimumRole?: MinimumRole;
  /** Whether service identities (public dashboards, the alert scheduler) may read packets and flows. */
  allowPacketsToServices?: boolean;
  /** The most rows a second that a query may ask for, within `max_limit` in grafana.ini. */
  maxLimit?: number;
  /** How many leading bits of IPv4 addresses are shown, 0 to 32; none at all: whole addresses. */
  maskIpv4?: number;
  /** The same for IPv6, 0 to 128. */
  maskIpv6?: number;
  /** Servers of NATS by which the agents of other machines are reached; none: it has this machine's packets. */
  natsServers?: string[];
  natsPrefix?: string;
  natsClient?: string;
  natsTlsFirst?: boolean;
  /** Names, patterns and labels of the machines that it has; none at all: all of them. */
  allowedHosts?: string[];
}
