import {
  createDataFrame,
  FieldType,
  getFieldDisplayName,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
  type DataFrame,
  type DataTransformerConfig,
} from '@grafana/data';
import { lastValueFrom } from 'rxjs';

import type { XdpQuery } from '../query/model';
import { PACKET_COLUMNS } from '../testing/packetColumns';

/** As much of a dashboard's JSON as its checks read. */
export interface Panel {
  id: number;
  type: string;
  title: string;
  targets: XdpQuery[];
  transformations: DataTransformerConfig[];
  fieldConfig: {
    defaults: { mappings?: unknown[] };
    overrides: Array<{ matcher: { id: string; options: string } }>;
  };
  options: { reduceOptions?: { fields: string; calcs: string[] } };
}

export interface Dashboard {
  uid: string;
  title: string;
  time: { from: string; to: string };
  refresh: string;
  templating: { list: Array<{ name: string; type: string; query: string }> };
  panels: Panel[];
}

/** A packet by the columns that matter to a check; the others are null. */
export type Packet = Record<string, unknown>;

const FIELD_TYPE = {
  time: FieldType.time,
  string: FieldType.string,
  number: FieldType.number,
  boolean: FieldType.boolean,
};

function frameOf(query: XdpQuery, packets: Packet[]): DataFrame {
  return createDataFrame({
    refId: query.refId,
    fields: (query.columns ?? []).map((name) => {
      const column = PACKET_COLUMNS.find((known) => known.name === name);
      if (column === undefined) {
        throw new Error(`The query ${query.refId} asks for "${name}", which is no column of packets.`);
      }
      return { name, type: FIELD_TYPE[column.type], values: packets.map((packet) => packet[name] ?? null) };
    }),
  });
}

/** Grafana exports one of its transformations under two names. */
const transformationsById = new Map(Object.values(standardTransformers).map((info) => [info.id, info]));

standardTransformersRegistry.setInit(() =>
  [...transformationsById.values()].map((info) => ({
    id: info.id,
    name: info.name,
    transformation: () => Promise.resolve(info),
    editor: () => null,
    imageDark: '',
    imageLight: '',
  }))
);

/** What a panel draws of these packets: its queries' frames after Grafana's own transformations. */
export function drawn({ targets, transformations }: Panel, packets: Packet[]): Promise<DataFrame[]> {
  return lastValueFrom(
    transformDataFrame(
      transformations,
      targets.map((query) => frameOf(query, packets))
    )
  );
}

/** A frame as a table shows it: one object a row, by the columns' headers. */
export function rowsOf(frame: DataFrame | undefined): Packet[] {
  return Array.from({ length: frame?.length ?? 0 }, (_, row) =>
    Object.fromEntries((frame?.fields ?? []).map((field) => [getFieldDisplayName(field), field.values[row] as unknown]))
  );
}
