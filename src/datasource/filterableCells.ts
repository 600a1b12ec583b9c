import { isDataFrame, type DataFrame, type DataQueryResponse, type FieldConfig } from '@grafana/data';

import { kindOf } from '../query/kinds';
import type { XdpQuery } from '../query/model';
import { TAGS } from '../query/tags';

const KEYS = TAGS.map(({ key }) => key);

/** The same configuration becomes the same one, so that a panel sees no change where there is none. */
const filterable = new WeakMap<FieldConfig, FieldConfig>();

/**
 * Has tables of packets and flows offer "Filter for value" in cells whose column an ad hoc filter can have. The frames
 * stay as they are, because panels that share a stream share the configuration of its fields.
 */
export function withFilterableCells(answer: DataQueryResponse, queries: readonly XdpQuery[]): DataQueryResponse {
  const refIds = queries.flatMap((query) =>
    ['packets', 'flows'].includes(kindOf(query)?.kind ?? '') ? [query.refId] : []
  );
  const data = answer.data.map((frame: unknown) =>
    isDataFrame(frame) && refIds.includes(frame.refId ?? '') ? withFilterable(frame) : frame
  );
  return { ...answer, data };
}

function withFilterable({ refId, name, meta, fields, length }: DataFrame): DataFrame {
  const offered = fields.map((field) =>
    KEYS.includes(field.name) ? { ...field, config: filterableConfig(field.config) } : field
  );
  return { refId, name, meta, fields: offered, length };
}

function filterableConfig(config: FieldConfig): FieldConfig {
  const known = filterable.get(config) ?? { ...config, filterable: true };
  filterable.set(config, known);
  return known;
}
