import type { DataQuery } from '@grafana/schema';

export type QueryKind = 'packets' | 'rates' | 'flows' | 'capture' | 'interfaces' | 'drops';

export type Direction = 'in' | 'out' | 'both';

/** What a rate is of: packets a second, bits a second, the mean size of a packet, or percent of the link's speed. */
export type Measure =
  'packets' | 'bits' | 'size' | 'utilisation' | 'retransmits' | 'resets' | 'zero_windows' | 'unanswered' | 'rtt';

/** What the packets of a group have in common. */
export type GroupBy =
  | 'protocol'
  | 'direction'
  | 'vlan'
  | 'interface'
  | 'host'
  | 'source'
  | 'destination'
  | 'host_ip'
  | 'source_port'
  | 'destination_port'
  | 'ethertype'
  | 'tcp_flag'
  | 'cast'
  | 'tunnel'
  | 'tunnel_id'
  | 'reason'
  | 'service'
  | 'source_name'
  | 'destination_name'
  | 'process'
  | 'container';

/** A template variable, as it stands in a saved query. */
export type Variable = `$${string}`;

/** A number, or a template variable that holds one. */
export type WholeNumber = number | Variable;

/** Which conversations: those of the last interval, or all since the stream began. */
export type Since = 'interval' | 'start';

/** Where a packet carries another in a tunnel, which of them counts: the outermost, or the innermost that is reached. */
export type Decapsulate = 'none' | 'inner';

/** How rows are shown: as a table, packets as lines of a log, conversations as a graph of hosts or a matrix of them. */
export type Format = 'table' | 'lines' | 'graph' | 'matrix';

/**
 * What a panel asks for. Every key is optional: the back end fills in what is missing, ignores keys it does not know
 * and refuses a wrong value by name. The keys are a contract with saved dashboards, so none is ever renamed.
 */
export interface XdpQuery extends DataQuery {
  /** What the keys mean: {@link QUERY_VERSION} at the time of saving. None at all: 1. Only the front end reads it. */
  version?: number;
  kind?: QueryKind;
  /**
   * Names, patterns such as `eth*` and `!veth*`, template variables, {@link UPLINKS} or {@link ANY_INTERFACE}; none at all
   * means the interface with the default route.
   */
  interfaces?: string[];
  /**
   * Machines: names, patterns such as `web*` and `!web9`, labels such as `site=fra`, or template variables; none at all
   * means all that the data source has.
   */
  hosts?: string[];
  direction?: Direction;
  /** pcap-filter text, in which template variables may stand; none at all means every packet. */
  filter?: string;
  /** Columns or template variables, in the order they are shown; none at all means every column. */
  columns?: string[];
  /** Rows a second; none at all means the default, or the ceiling where that is lower. */
  limit?: WholeNumber;
  /** Milliseconds between rows. */
  interval?: WholeNumber;
  /** None at all: one rate of all packets. */
  groupBy?: GroupBy | Variable;
  measure?: Measure;
  /** Groups or conversations, the largest first. */
  top?: WholeNumber;
  since?: Since;
  /** Of packets, rates and flows. None at all means the outermost headers. */
  decapsulate?: Decapsulate;
  /** Rows this panel holds. Only the front end reads it: the stream behind two panels that differ here is the same. */
  rowsKept?: WholeNumber;
  /** Of packets and conversations; none at all means a table. Lines, which only the front end knows, are made of all columns. */
  format?: Format;
  /** Leading bits of addresses that hosts of a graph or a matrix are put together by. None at all: each host by itself. */
  prefixIpv4?: WholeNumber;
  prefixIpv6?: WholeNumber;
}

/** Raised when a key gets another meaning; `migrate.ts` then has a step that brings older queries along. */
export const QUERY_VERSION = 1;

export interface WholeNumberRange {
  min: number;
  max: number;
  default: number;
}

/**
 * Rows a second where nobody has set another ceiling. Under a lower one a query that does not ask has less, which is why
 * no query asks for the default.
 */
export const LIMIT: WholeNumberRange = { min: 1, max: 10_000, default: 1_000 };

/** Milliseconds between two readings of the counters. */
export const INTERVAL: WholeNumberRange = { min: 100, max: 60_000, default: 1_000 };

/** Groups or conversations shown one by one; what remains of groups is one more. */
export const TOP: WholeNumberRange = { min: 1, max: 100, default: 10 };

/** Leading bits of an address. All of them: the host itself. */
export const PREFIX_IPV4: WholeNumberRange = { min: 0, max: 32, default: 32 };
export const PREFIX_IPV6: WholeNumberRange = { min: 0, max: 128, default: 128 };

/** A panel redraws all its rows several times a second; beyond the maximum a browser can no longer keep up. */
export const ROWS_KEPT: WholeNumberRange = { min: 1, max: 50_000, default: 1_000 };

/** Lines of a log that a panel shows at most: nobody reads more, and each is made anew whenever some come. */
export const LINES_KEPT = 1_000;

/** What is looked at first of a packet, as wide as a screen. */
const FIRST_COLUMNS = [
  'time',
  'interface',
  'direction',
  'source_ip',
  'source_port',
  'destination_ip',
  'destination_port',
  'protocol',
  'length',
  'ttl',
  'vlan',
  'tcp_flags',
];

/** A new panel shows live packets of the default route's interface without a click. */
export const DEFAULT_QUERY: Partial<XdpQuery> = {
  version: QUERY_VERSION,
  kind: 'packets',
  direction: 'both',
  columns: FIRST_COLUMNS,
  rowsKept: ROWS_KEPT.default,
};

/** A new alert rule: it evaluates series, and may not see packets unless the settings allow it. */
export const DEFAULT_RULE_QUERY: Partial<XdpQuery> = { version: QUERY_VERSION, kind: 'rates', direction: 'both' };
