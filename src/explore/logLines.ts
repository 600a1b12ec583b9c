import {
  createDataFrame,
  DataFrameType,
  FieldType,
  isDataFrame,
  type DataFrame,
  type DataQueryResponse,
} from '@grafana/data';

import type { XdpQuery } from '../query/model';
import { liveChannelOf } from '../streaming/liveChannel';

import { tcpdumpLine, type PacketRow } from './tcpdumpLine';

/** A packet is of this kind of channel. */
const PACKETS = 'packets/';

/** The query as Explore's live tail asks it: a line is made of all columns. */
export function asTailed(query: XdpQuery): XdpQuery {
  return { ...query, columns: undefined };
}

/** The packets of a response as lines of a log; whatever else there is stays as it is. */
export function asLogLines(response: DataQueryResponse): DataQueryResponse {
  return { ...response, data: response.data.map((frame: unknown) => (isDataFrame(frame) ? logFrame(frame) : frame)) };
}

function logFrame(frame: DataFrame): DataFrame {
  if (liveChannelOf(frame)?.path.startsWith(PACKETS) !== true) {
    return frame;
  }
  const times = frame.fields.find(({ name }) => name === 'time')?.values ?? [];
  const rows = Array.from({ length: frame.length }, (_, index) => rowAt(frame, index));
  return createDataFrame({
    refId: frame.refId,
    name: frame.name,
    meta: { ...frame.meta, type: DataFrameType.LogLines, preferredVisualisationType: 'logs' },
    fields: [
      { name: 'timestamp', type: FieldType.time, values: times },
      { name: 'body', type: FieldType.string, values: rows.map(tcpdumpLine) },
    ],
  });
}

function rowAt(frame: DataFrame, index: number): PacketRow {
  return Object.fromEntries(frame.fields.map(({ name, values }) => [name, values[index] as unknown]));
}
