import { FieldType, type DataFrame, type DataQueryResponse } from '@grafana/data';

import { mapFrames } from './mapFrames';

/**
 * Gives the series of rates the names that a legend is to show: that of their group, that of their query, or both. The
 * frame itself stays as it is, because panels that share a stream share the configuration of its fields.
 */
export function nameSeries(frame: DataFrame, queryName?: string): DataFrame {
  const isNamed = queryName !== undefined || frame.fields.some(({ labels }) => labels !== undefined);
  if (!isNamed) {
    return frame;
  }
  const fields = frame.fields.map((field) => {
    const parts = [...Object.values(field.labels ?? {}), ...(queryName === undefined ? [] : [queryName])];
    return field.type === FieldType.number && parts.length > 0
      ? { ...field, config: { ...field.config, displayNameFromDS: parts.join(' · ') } }
      : field;
  });
  const { refId, name, meta, length } = frame;
  return { refId, name, meta, fields, length };
}

/** An answer whose series have the names of their queries, by refId. */
export function withSeriesNames(answer: DataQueryResponse, names: ReadonlyMap<string, string>): DataQueryResponse {
  return mapFrames(answer, (frame) => nameSeries(frame, names.get(frame.refId ?? '')));
}
