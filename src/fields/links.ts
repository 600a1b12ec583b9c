import type { DataLink, InterpolateFunction } from '@grafana/data';

import { t } from '../locale/t';
import { conditionOn } from '../query/adHocFilters';
import type { XdpQuery } from '../query/model';
import { isAddress } from '../query/tags';

import type { HostPage } from './hostPage';
import type { PacketsPage, RangeOfPage, Scope } from './packetsPage';

/** The pages that links lead to. */
export interface Pages {
  packets: PacketsPage;
  host: HostPage;
  /** Whether they can show one machine of several. */
  haveMachines: boolean;
}

/** Where links of a query's cells lead. */
export interface LinkTarget {
  /** Looked up when a link is followed, because it may be known later than the cells are drawn. */
  pages: () => Pages;
  /** That of the query, with the values of variables in place. */
  scope: Scope;
  /** That of the query: its cells are of these headers. */
  decapsulate: XdpQuery['decapsulate'];
}

/** The text of another cell of the row; empty where there is none. */
type Row = (column: string) => string;

interface CellLink {
  title: () => string;
  /** Which packets; undefined where the row does not say. */
  filter: (row: Row) => string | undefined;
  /** Whether the cell is of the outermost headers, whatever its query looks at. */
  isOfOuter?: boolean;
}

const BETWEEN: CellLink = {
  title: () => t('link.between', 'Packets between these hosts'),
  filter: between,
};

const CONVERSATION: CellLink = {
  title: () => t('link.conversation', 'Packets of this conversation'),
  filter: conversation,
};

const ofHost = () => t('link.host', 'Packets of this host');
const openHost = () => t('link.open-host', 'Open host');
const ofPort = () => t('link.port', 'Packets of this port');
const ofStation = () => t('link.station', 'Packets of this station');
const inVlan = () => t('link.vlan', 'Packets in this VLAN');

/** By column; what packets can be told by. An address or port is looked for on either side. */
const LINKS: ReadonlyMap<string, readonly CellLink[]> = new Map([
  ['source_ip', [onEitherSide(ofHost, 'source_ip', 'host'), BETWEEN, CONVERSATION]],
  ['destination_ip', [onEitherSide(ofHost, 'destination_ip', 'host'), BETWEEN, CONVERSATION]],
  ['source_name', [onEitherSide(ofHost, 'source_ip', 'host')]],
  ['destination_name', [onEitherSide(ofHost, 'destination_ip', 'host')]],
  ['outer_source_ip', [outerHost('outer_source_ip')]],
  ['outer_destination_ip', [outerHost('outer_destination_ip')]],
  ['source_port', [onEitherSide(ofPort, 'source_port', 'port'), CONVERSATION]],
  ['destination_port', [onEitherSide(ofPort, 'destination_port', 'port'), CONVERSATION]],
  ['source_mac', [onEitherSide(ofStation, 'source_mac', 'ether host')]],
  ['destination_mac', [onEitherSide(ofStation, 'destination_mac', 'ether host')]],
  [
    'protocol',
    [{ title: () => t('link.protocol', 'Packets of this protocol'), filter: (row) => conditionOf(row, 'protocol') }],
  ],
  [
    'ethertype',
    [{ title: () => t('link.ethertype', 'Packets of this EtherType'), filter: (row) => conditionOf(row, 'ethertype') }],
  ],
  ['vlan', [{ title: inVlan, filter: (row) => conditionOf(row, 'vlan') }]],
  ['inner_vlan', [{ title: inVlan, filter: innerVlan }]],
]);

/** Columns about one host, and the one that has its address. */
const ADDRESS_OF: ReadonlyMap<string, string> = new Map([
  ['source_ip', 'source_ip'],
  ['destination_ip', 'destination_ip'],
  ['source_name', 'source_ip'],
  ['destination_name', 'destination_ip'],
  ['outer_source_ip', 'outer_source_ip'],
  ['outer_destination_ip', 'outer_destination_ip'],
]);

/** What a series is grouped by, as the column that a row would have it in. */
const COLUMN_OF_GROUP: ReadonlyMap<string, string> = new Map([
  ['source', 'source_ip'],
  ['destination', 'destination_ip'],
  ['host_ip', 'source_ip'],
  // A host without a name is a group by its address; of a name no filter can ask.
  ['source_name', 'source_ip'],
  ['destination_name', 'destination_ip'],
  ['source_port', 'source_port'],
  ['destination_port', 'destination_port'],
  ['protocol', 'protocol'],
  ['ethertype', 'ethertype'],
  ['vlan', 'vlan'],
]);

/** Groups that stand for more than one value, or for none. */
const NO_VALUE: readonly string[] = ['other', 'none'];

/** From a cell of a table of packets or conversations. */
export function linksOfColumn(column: string, target: LinkTarget): DataLink[] {
  const links = LINKS.get(column) ?? [];
  const toPackets = links.map(({ title, filter, isOfOuter = false }): DataLink => ({
    title: title(),
    url: '',
    onBuildUrl: ({ replaceVariables }) => {
      const row = rowOf(replaceVariables, column);
      // Where the row has lost its other columns, as in a sum by address, the value itself is all there is.
      const wanted = filter(row) ?? links[0]?.filter(row);
      // An empty address is no link to Grafana. A page without a filter would have packets that are not behind the cell.
      return wanted === undefined
        ? ''
        : target
            .pages()
            .packets(wanted, scopeOf(target, row), rangeOf(replaceVariables), isOfOuter ? 'none' : target.decapsulate);
    },
  }));
  const address = ADDRESS_OF.get(column);
  return address === undefined ? toPackets : [...toPackets, toHost(column, address, target)];
}

/**
 * From a host or a network of a graph or a matrix, by its address in this field; the title tells apart both ends of an edge. A
 * network has packets, and no page of its own.
 */
export function linksOfEnd(target: LinkTarget): DataLink[] {
  const { pages, decapsulate } = target;
  // A graph has no texts of its fields, only values, and no other columns of packets.
  const address = '${__value.raw}';
  const to = (title: string, page: (end: string, range?: RangeOfPage) => string): DataLink => ({
    title: `${title}: ${address}`,
    url: '',
    onBuildUrl: ({ replaceVariables }) => page(read(address, replaceVariables) ?? '', rangeOf(replaceVariables)),
  });
  const toPackets = to(ofHost(), (end, range) => {
    const filter = isAddress(end) ? `host ${end}` : isNetwork(end) ? `net ${end}` : undefined;
    return filter === undefined ? '' : pages().packets(filter, scopeOf(target), range, decapsulate);
  });
  // Grafana shows a link of a graph also where it leads nowhere.
  return decapsulate === 'inner'
    ? [toPackets]
    : [toPackets, to(openHost(), (end, range) => (isAddress(end) ? pages().host(end, scopeOf(target), range) : ''))];
}

/** `192.0.2.0/24`. */
function isNetwork(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/');
  return rest.length === 0 && isAddress(address) && /^\d{1,3}$/.test(length);
}

/** The page of a host shows outer headers, so an address inside tunnels has none. */
function toHost(column: string, address: string, target: LinkTarget): DataLink {
  const isOfOuter = column.startsWith('outer_') || target.decapsulate !== 'inner';
  return {
    title: openHost(),
    url: '',
    onBuildUrl: ({ replaceVariables }) => {
      const row = rowOf(replaceVariables, column);
      const host = row(address);
      return isOfOuter && isAddress(host)
        ? target.pages().host(host, scopeOf(target, row), rangeOf(replaceVariables))
        : '';
    },
  };
}

/** From the series of a group. */
export function linksOfGroup(groupBy: string, group: string, target: LinkTarget): DataLink[] {
  const column = COLUMN_OF_GROUP.get(groupBy);
  const own = column === undefined || NO_VALUE.includes(group) ? undefined : LINKS.get(column)?.[0];
  const filter = own?.filter((name) => (name === column ? group : ''));
  if (own === undefined || filter === undefined) {
    return [];
  }
  const toPackets: DataLink = {
    title: `${own.title()}: ${group}`,
    url: '',
    onBuildUrl: ({ replaceVariables }) =>
      target.pages().packets(filter, scopeOf(target), rangeOf(replaceVariables), target.decapsulate),
  };
  const hasPage = ADDRESS_OF.has(column ?? '') && target.decapsulate !== 'inner' && isAddress(group);
  return hasPage
    ? [
        toPackets,
        {
          title: `${openHost()}: ${group}`,
          url: '',
          onBuildUrl: ({ replaceVariables }) => target.pages().host(group, scopeOf(target), rangeOf(replaceVariables)),
        },
      ]
    : [toPackets];
}

/** From a rate of all packets that a filter accepts. */
export function linksOfRate(filter: string | undefined, target: LinkTarget): DataLink[] {
  return [
    {
      title: t('link.rate', 'Packets behind this rate'),
      url: '',
      onBuildUrl: ({ replaceVariables }) =>
        target.pages().packets(filter?.trim() ?? '', scopeOf(target), rangeOf(replaceVariables), target.decapsulate),
    },
  ];
}

/** The machine and the interface of a row, where there is one and it names them; else those of the query. */
function scopeOf({ pages, scope }: LinkTarget, row: Row = () => ''): Scope {
  const [machine, name] = [row('host'), row('interface')];
  const machines = machine === '' ? scope.machines : [machine];
  return {
    machines: pages().haveMachines ? machines : [],
    interfaces: name === '' ? scope.interfaces : [name],
  };
}

/** The time range that is looked at, where Grafana tells it. */
function rangeOf(replaceVariables: InterpolateFunction | undefined): RangeOfPage | undefined {
  const asked = new URLSearchParams(replaceVariables?.('${__url_time_range}') ?? '');
  const [from, to] = [asked.get('from'), asked.get('to')];
  return from === null || to === null ? undefined : { from, to };
}

/** An end of the outermost tunnel. */
function outerHost(column: string): CellLink {
  const filter = (row: Row) => (isAddress(row(column)) ? `host ${row(column)}` : undefined);
  return { title: ofHost, filter, isOfOuter: true };
}

/** Packets without the value are those that lack it on this side. */
function onEitherSide(title: () => string, column: string, qualifier: string): CellLink {
  return { title, filter: (row) => valueOf(row, column, qualifier) ?? conditionOf(row, column) };
}

function between(row: Row): string | undefined {
  const [source, destination] = ['source_ip', 'destination_ip'].map((column) => valueOf(row, column, 'host'));
  return source === undefined || destination === undefined ? undefined : `${source} and ${destination}`;
}

function conversation(row: Row): string | undefined {
  const hosts = between(row);
  const ports = ['source_port', 'destination_port'].map((column) => valueOf(row, column, 'port'));
  const protocol = row('protocol') === '' ? undefined : conditionOf(row, 'protocol');
  return hosts && [hosts, ...ports, protocol].filter((condition) => condition !== undefined).join(' and ');
}

/** An inner tag has an outer one. */
function innerVlan(row: Row): string | undefined {
  const outer = valueOf(row, 'vlan', 'vlan');
  const inner = row('inner_vlan');
  return outer === undefined || inner === '' ? conditionOf(row, 'vlan') : `${outer} and vlan ${inner}`;
}

function conditionOf(row: Row, column: string): string | undefined {
  return conditionOn(column, row(column));
}

/** The value behind another qualifier than its column's own; undefined where there is none. */
function valueOf(row: Row, column: string, qualifier: string): string | undefined {
  const isGiven = row(column) !== '' && conditionOf(row, column) !== undefined;
  return isGiven ? `${qualifier} ${row(column)}` : undefined;
}

/**
 * The cell itself counts by its value: a value mapping may have it show a text that no filter knows, such as "no IP
 * address". Of the other cells of a row Grafana tells the text alone.
 */
function rowOf(replaceVariables: InterpolateFunction | undefined, own: string): Row {
  return (column) => {
    const value = column === own ? read('${__value.raw}', replaceVariables) : undefined;
    return value ?? read(`\${__data.fields["${column}"].text}`, replaceVariables) ?? '';
  };
}

/** A name that Grafana does not know stays as it is written. */
function read(macro: string, replaceVariables: InterpolateFunction | undefined): string | undefined {
  const text = replaceVariables?.(macro) ?? macro;
  return text === macro ? undefined : text;
}
