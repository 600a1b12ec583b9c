import type { DataFrame, DataQueryResponse } from '@grafana/data';

import type { XdpQuery } from '../query/model';
import { mapFrames } from '../streaming/mapFrames';

/** Kinds that append rows, of which Explore's table, unlike a panel's, cannot be told to show the last ones on top. */
const APPENDED: ReadonlyArray<XdpQuery['kind']> = ['packets', 'capture', 'interfaces', 'drops'];

/** The rows of packets and of counters in the opposite of the kernel's order. */
export function newestFirst(response: DataQueryResponse, queries: readonly XdpQuery[]): DataQueryResponse {
  const refIds = queries.filter(({ kind = 'packets' }) => APPENDED.includes(kind)).map(({ refId }) => refId);
  return mapFrames(response, (frame) => (refIds.includes(frame.refId ?? '') ? reversed(frame) : frame));
}

/** A frame of its own: panels that share a stream share the values, too. */
function reversed({ refId, name, meta, fields, length }: DataFrame): DataFrame {
  const turned = fields.map((field) => ({ ...field, values: [...(field.values as unknown[])].reverse() }));
  return { refId, name, meta, length, fields: turned };
}
