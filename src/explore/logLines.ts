import {
  createDataFrame,
  DataFrameType,
  FieldType,
  isDataFrame,
  type DataFrame,
  type DataQueryResponse,
} from '@grafana/data';

import { ROWS_KEPT, type XdpQuery } from '../query/model';
import { liveChannelOf } from '../streaming/liveChannel';
import { mapFrames } from '../streaming/mapFrames';

import { tcpdumpLine, type PacketRow } from './tcpdumpLine';

/** A packet is of this kind of channel. */
const PACKETS = 'packets/';

/** The query as Explore asks it where it shows lines: a line is made of all columns. */
export function asTailed(query: XdpQuery): XdpQuery {
  return { ...query, columns: undefined };
}

/** The packets of a response as lines of a log; whatever else there is stays as it is. */
export function asLogLines(response: DataQueryResponse): DataQueryResponse {
  return mapFrames(response, (frame) => (isOfPackets(frame) ? logFrame(frame) : frame));
}

/**
 * Below each table of packets the same packets as lines of a log. The answer has all columns, of which a table is shown
 * those that its query names; of many packets the first ones become lines, as many as the query has a panel keep.
 */
export function withLogLines(response: DataQueryResponse, queries: readonly XdpQuery[]): DataQueryResponse {
  const shown = (frame: DataFrame): DataFrame[] => {
    const { columns, rowsKept = ROWS_KEPT.default } = queries.find(({ refId }) => refId === frame.refId) ?? {};
    return [withColumns(frame, columns), logFrame(frame, rowsKept)];
  };
  return {
    ...response,
    data: response.data.flatMap((frame: unknown) => (isOfPackets(frame) ? shown(frame) : [frame])),
  };
}

function withColumns(frame: DataFrame, columns: readonly string[] = []): DataFrame {
  const fields = columns.flatMap((column) => frame.fields.find(({ name }) => name === column) ?? []);
  return columns.length === 0 ? frame : { ...frame, fields };
}

function isOfPackets(frame: unknown): frame is DataFrame {
  return isDataFrame(frame) && liveChannelOf(frame)?.path.startsWith(PACKETS) === true;
}

/** The first rows of a frame, `most` at most. */
function logFrame(frame: DataFrame, most = Infinity): DataFrame {
  const times: unknown[] = frame.fields.find(({ name }) => name === 'time')?.values ?? [];
  const rows = Array.from({ length: Math.min(frame.length, most) }, (_, index) => rowAt(frame, index));
  return createDataFrame({
    refId: frame.refId,
    name: frame.name,
    meta: { ...frame.meta, type: DataFrameType.LogLines, preferredVisualisationType: 'logs' },
    fields: [
      { name: 'timestamp', type: FieldType.time, values: times.slice(0, most) },
      { name: 'body', type: FieldType.string, values: rows.map(tcpdumpLine) },
    ],
  });
}

function rowAt(frame: DataFrame, index: number): PacketRow {
  return Object.fromEntries(frame.fields.map(({ name, values }) => [name, values[index] as unknown]));
}
