import { t } from '../locale/t';

import { isOfLaterVersion } from './migrate';
import type { QueryKind, XdpQuery } from './model';

/** Keys that say something to some queries only. */
const KEYS_OF_SOME = [
  'direction',
  'filter',
  'columns',
  'limit',
  'interval',
  'groupBy',
  'measure',
  'top',
  'since',
  'decapsulate',
  'rowsKept',
  'format',
  'prefixIpv4',
  'prefixIpv6',
] as const;

type KeyOfSome = (typeof KEYS_OF_SOME)[number];

interface Kind {
  kind: QueryKind;
  label: () => string;
  description: () => string;
  uses: readonly KeyOfSome[];
  /** What it uses besides where it is grouped. */
  usesGrouped?: readonly KeyOfSome[];
  /** What it uses besides where it is not. */
  usesUngrouped?: readonly KeyOfSome[];
}

/** What a panel can show. */
export const KINDS: readonly Kind[] = [
  {
    kind: 'packets',
    label: () => t('kind.packets.label', 'Packets'),
    description: () => t('kind.packets.description', 'A row for each packet'),
    uses: ['direction', 'filter', 'columns', 'limit', 'decapsulate', 'rowsKept', 'format'],
  },
  {
    kind: 'rates',
    label: () => t('kind.rates.label', 'Rates'),
    description: () => t('kind.rates.description', 'How much there is: counted in the kernel, exact at any load'),
    uses: ['direction', 'filter', 'columns', 'interval', 'groupBy', 'measure', 'decapsulate'],
    usesGrouped: ['top'],
  },
  {
    kind: 'flows',
    label: () => t('kind.flows.label', 'Flows'),
    description: () =>
      t('kind.flows.description', 'Who talks with whom: the largest conversations, counted in the kernel'),
    uses: [
      'direction',
      'filter',
      'columns',
      'interval',
      'top',
      'since',
      'decapsulate',
      'format',
      'prefixIpv4',
      'prefixIpv6',
    ],
  },
  {
    kind: 'capture',
    label: () => t('kind.capture.label', 'Capture'),
    description: () =>
      t(
        'kind.capture.description',
        'Counters of the capture itself: packets seen, matched, thinned, lost and delivered'
      ),
    uses: ['direction', 'columns', 'interval', 'rowsKept'],
  },
  {
    kind: 'interfaces',
    label: () => t('kind.interfaces.label', 'Interfaces'),
    description: () =>
      t(
        'kind.interfaces.description',
        'State, speed, utilisation, drops and errors of interfaces, as the kernel and the cards count them'
      ),
    uses: ['columns', 'interval', 'rowsKept'],
  },
  {
    kind: 'drops',
    label: () => t('kind.drops.label', 'Drops'),
    description: () =>
      t('kind.drops.description', 'Packets that the kernel drops: why and where; or how many for each reason'),
    uses: ['direction', 'filter', 'groupBy'],
    usesGrouped: ['interval', 'top'],
    usesUngrouped: ['columns', 'limit', 'rowsKept'],
  },
];

/** The kind that a query asks for; undefined where its dashboard comes from a version that knows more of them. */
export function kindOf(query: XdpQuery): Kind | undefined {
  const asked = query.kind ?? 'packets';
  return KINDS.find(({ kind }) => kind === asked);
}

/** Whether a key says something to a query. To a kind that is not known, every key may. */
export function isUsed(query: XdpQuery, key: KeyOfSome): boolean {
  const kind = kindOf(query);
  const isOfPairs = isOfGraph(query) || isOfMatrix(query);
  if (key === 'columns' && (isOfLines(query) || isOfPairs)) {
    return false;
  }
  if ((key === 'prefixIpv4' || key === 'prefixIpv6') && kind !== undefined && !isOfPairs) {
    return false;
  }
  // What a query of packets has left behind.
  if (key === 'format' && query.kind === 'flows' && query.format === 'lines') {
    return false;
  }
  const besides = isGrouped(query) ? kind?.usesGrouped : kind?.usesUngrouped;
  return kind === undefined || kind.uses.includes(key) || besides?.includes(key) === true;
}

/** Whether it asks for a row for each packet. */
export function isOfPackets(query: XdpQuery): boolean {
  return kindOf(query)?.kind === 'packets';
}

/** Whether it asks for a line of a log for each packet, which is made of all columns. */
export function isOfLines(query: XdpQuery): boolean {
  return isOfPackets(query) && query.format === 'lines';
}

/** Whether it asks for conversations as a graph of hosts, which has fields of its own. */
export function isOfGraph(query: XdpQuery): boolean {
  return query.kind === 'flows' && query.format === 'graph';
}

/** Whether it asks who sends how much to whom, which has a field for each receiver. */
export function isOfMatrix(query: XdpQuery): boolean {
  return query.kind === 'flows' && query.format === 'matrix';
}

/** Whether its answer is packets or who talks with whom: no numbers over time, and not for services unless they may see them. */
export function isOfWhatWasSent(query: XdpQuery): boolean {
  return isOfPackets(query) || query.kind === 'flows' || (query.kind === 'drops' && !isGrouped(query));
}

/** Groups that say who talks to whom; as `is_of_peers` of the back end has them. */
const OF_PEERS: readonly unknown[] = [
  'source',
  'destination',
  'host_ip',
  'source_port',
  'destination_port',
  'service',
  'source_name',
  'destination_name',
  'process',
  'container',
];

/** Whether it asks for rates of addresses or ports: series, but not for services unless they may see packets. */
export function isOfPeers(query: XdpQuery): boolean {
  return query.kind === 'rates' && OF_PEERS.includes(query.groupBy);
}

/** Whether it asks for time series, not for rows. */
export function isOfSeries(query: XdpQuery): boolean {
  return (query.kind === 'rates' && !isOfCounts(query)) || (query.kind === 'drops' && isGrouped(query));
}

/** Whether it asks for the counts of each interval as rows, which are the same whatever its measure. */
export function isOfCounts(query: XdpQuery): boolean {
  return query.kind === 'rates' && Boolean(query.columns?.length);
}

/** Whether what is shown is made of flows, which know less of a packet than its headers do. */
export function isOfFlows(query: XdpQuery): boolean {
  return query.kind === 'flows' || (query.kind === 'rates' && isGrouped(query));
}

/** Keys that say nothing to a query, whether it has them or not. One of a later version may use more than is known here. */
export function unusedKeys(query: XdpQuery): readonly string[] {
  return isOfLaterVersion(query) ? [] : KEYS_OF_SOME.filter((key) => !isUsed(query, key));
}

/** The query as it is asked: what the editor does not show for its kind must not make it fail. */
export function withoutUnusedKeys(query: XdpQuery): XdpQuery {
  const unused = unusedKeys(query);
  return Object.fromEntries(Object.entries(query).filter(([key]) => !unused.includes(key))) as unknown as XdpQuery;
}

function isGrouped({ groupBy }: XdpQuery): boolean {
  return Boolean(groupBy);
}
