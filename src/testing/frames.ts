import { createDataFrame, FieldType, type DataFrame, type DataFrameJSON, type QueryResultMeta } from '@grafana/data';

/** A history frame of two columns, as QueryData answers it; `custom` names the channel that goes on with it. */
export function ttlFrame(refId: string, rows: Array<[time: number, ttl: number]>, meta?: QueryResultMeta): DataFrame {
  return createDataFrame({
    refId,
    meta,
    fields: [
      { name: 'time', type: FieldType.time, values: rows.map(([time]) => time) },
      { name: 'ttl', type: FieldType.number, values: rows.map(([, ttl]) => ttl) },
    ],
  });
}

/** The same columns as a message on a running stream. */
export function ttlMessage(rows: Array<[time: number, ttl: number]>): DataFrameJSON {
  return { data: { values: [rows.map(([time]) => time), rows.map(([, ttl]) => ttl)] } };
}

export function channelMeta(channel: string, meta?: QueryResultMeta): QueryResultMeta {
  return { ...meta, custom: { channel, data: { kind: 'packets', channel } } };
}
