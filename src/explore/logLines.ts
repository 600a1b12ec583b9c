import {
  createDataFrame,
  DataFrameType,
  FieldType,
  isDataFrame,
  type DataFrame,
  type DataQueryResponse,
} from '@grafana/data';

import { LINES_KEPT, ROWS_KEPT, type XdpQuery } from '../query/model';
import { NAME_COLUMNS, PACKET_COLUMNS, TUNNEL_COLUMNS } from '../query/packetColumns';
import { TAGS } from '../query/tags';
import { liveChannelOf } from '../streaming/liveChannel';
import { mapFrames } from '../streaming/mapFrames';

import { namesOfHosts, tcpdumpLine, type PacketRow } from './tcpdumpLine';

/** A packet is of this kind of channel. */
const PACKETS = 'packets/';

/** The query as it is asked for lines, which are made of all columns and of the names of hosts. */
export function asTailed(query: XdpQuery): XdpQuery {
  const ofTunnels = query.decapsulate === 'inner' ? TUNNEL_COLUMNS : [];
  const columns = new Set<string>([...PACKET_COLUMNS, ...ofTunnels, ...NAME_COLUMNS, ...(query.columns ?? [])]);
  return { ...query, columns: [...columns] };
}

/** The newest packets of these queries, by refId, as lines of a log; whatever else there is stays as it is. */
export function asLogLines(response: DataQueryResponse, refIds: ReadonlySet<string>): DataQueryResponse {
  return mapFrames(response, (frame) =>
    refIds.has(frame.refId ?? '') && isOfPackets(frame)
      ? logFrame(frame, Math.max(frame.length - LINES_KEPT, 0), frame.length)
      : frame
  );
}

/**
 * Below each table of packets the same packets as lines of a log. The answer has all columns, of which a table is shown
 * those that its query names; of many packets the first ones become lines, as many as the query has a panel keep.
 */
export function withLogLines(response: DataQueryResponse, queries: readonly XdpQuery[]): DataQueryResponse {
  const shown = (frame: DataFrame): DataFrame[] => {
    const { columns, rowsKept } = queries.find(({ refId }) => refId === frame.refId) ?? {};
    const most = typeof rowsKept === 'number' ? rowsKept : ROWS_KEPT.default;
    return [withColumns(frame, columns), logFrame(frame, 0, Math.min(frame.length, most))];
  };
  return {
    ...response,
    data: response.data.flatMap((frame: unknown) => (isOfPackets(frame) ? shown(frame) : [frame])),
  };
}

/** Where none are named, those that a table shows unasked. */
function withColumns(frame: DataFrame, columns: readonly string[] = []): DataFrame {
  const isName = (name: string) => (NAME_COLUMNS as readonly string[]).includes(name);
  const fields =
    columns.length === 0
      ? frame.fields.filter(({ name }) => !isName(name))
      : columns.flatMap((column) => frame.fields.find(({ name }) => name === column) ?? []);
  return { ...frame, fields };
}

function isOfPackets(frame: unknown): frame is DataFrame {
  const isOfChannel = isDataFrame(frame) && liveChannelOf(frame)?.path.startsWith(PACKETS) === true;
  return isOfChannel && frame.meta?.type !== DataFrameType.LogLines;
}

const INTERFACE = 'interface';

/** Columns whose values are labels of a line: what a query can be narrowed by. */
const LABELS = TAGS.map(({ key }) => key);

/** Packets as lines of a log: the rows of a frame from one place to the other. */
export function logFrame(frame: DataFrame, from: number, to: number): DataFrame {
  const times: unknown[] = frame.fields.find(({ name }) => name === 'time')?.values ?? [];
  const rows = Array.from({ length: to - from }, (_, index) => rowAt(frame, from + index));
  const lines = rows.map(tcpdumpLine);
  return createDataFrame({
    refId: frame.refId,
    name: frame.name,
    meta: { ...frame.meta, type: DataFrameType.LogLines, preferredVisualisationType: 'logs' },
    fields: [
      { name: 'timestamp', type: FieldType.time, values: times.slice(from, to) },
      { name: 'body', type: FieldType.string, values: rows.map((row, index) => `${lines[index]}${namesOfHosts(row)}`) },
      { name: 'severity', type: FieldType.string, values: rows.map(severityOf) },
      { name: 'id', type: FieldType.string, values: idsOf(rows, lines) },
      { name: 'labels', type: FieldType.other, values: rows.map(labelsOf) },
      // For the context of a line. It is in the line already, and nothing can be filtered by it.
      { name: INTERFACE, type: FieldType.string, config: { custom: { hidden: true } }, values: rows.map(interfaceOf) },
    ],
  });
}

/** The interface that a line's packet was seen on; undefined where the line does not tell. */
export function interfaceOfLine(frame: DataFrame, row: number): string | undefined {
  const name: unknown = frame.fields.find((field) => field.name === INTERFACE)?.values[row];
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function interfaceOf({ interface: name }: PacketRow): string | null {
  return typeof name === 'string' ? name : null;
}

function rowAt(frame: DataFrame, index: number): PacketRow {
  return Object.fromEntries(frame.fields.map(({ name, values }) => [name, values[index] as unknown]));
}

/** What somebody who looks for trouble wants to see first: packets that cannot be read, and connections that are refused. */
function severityOf({ malformed, tcp_flags: flags }: PacketRow): string {
  if (typeof malformed === 'string') {
    return 'error';
  }
  return typeof flags === 'string' && flags.split(',').includes('RST') ? 'warning' : 'info';
}

/**
 * A name for each line, which stays its own while others come. Packets that look alike are counted. What hosts are called is no
 * part of it, because that may change.
 */
function idsOf(rows: readonly PacketRow[], lines: readonly string[]): string[] {
  const alike = new Map<string, number>();
  return lines.map((line, index) => {
    const id = `${String(rows[index]?.time)} ${line}`;
    const before = alike.get(id) ?? 0;
    alike.set(id, before + 1);
    return `${id} ${before}`;
  });
}

function labelsOf(row: PacketRow): Record<string, string> {
  const known = LABELS.filter((name) => row[name] !== null && row[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, String(row[name])]));
}
