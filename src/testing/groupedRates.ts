import { createDataFrame, FieldType, type DataFrame, type DataFrameJSON } from '@grafana/data';

/** Bits per second of protocols, as QueryData answers them: a series each, null where one has no row. */
export function protocolFrame(
  times: number[],
  series: Record<string, Array<number | null>>,
  { refId = 'A', channel = 'rates/1f', top = 10, interval = 1_000 } = {}
): DataFrame {
  const data = { kind: 'rates', groupBy: 'protocol', measure: 'bits', columns: [], interval, top };
  return createDataFrame({
    refId,
    meta: { custom: { channel, data } },
    fields: [
      { name: 'time', type: FieldType.time, values: times },
      ...Object.entries(series).map(([protocol, values]) => ({
        name: 'bits',
        type: FieldType.number,
        labels: { protocol },
        config: { unit: 'bps' },
        values,
      })),
    ],
  });
}

type Row = [time: number, group: string, bits: number];

/** Rows as the stream sends them. */
export function protocolRows(rows: Row[]): DataFrameJSON {
  return { data: { values: [0, 1, 2].map((column) => rows.map((row) => row[column])) } };
}

/** Rows as the first message of a run of the stream, which names the columns. */
export function firstProtocolRows(rows: Row[]): DataFrameJSON {
  const fields = [
    { name: 'time', type: FieldType.time },
    { name: 'group', type: FieldType.string },
    { name: 'bits', type: FieldType.number, config: { unit: 'bps' } },
  ];
  return { schema: { fields }, ...protocolRows(rows) };
}
