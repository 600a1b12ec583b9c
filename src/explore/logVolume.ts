import type { DataQueryRequest, TimeRange } from '@grafana/data';

import { isOfPackets } from '../query/kinds';
import { INTERVAL, type XdpQuery } from '../query/model';
import { reachesNow } from '../streaming/bounds';

/** Grafana takes it off again to find the query whose volume it is. */
const VOLUME = 'log-volume-';
/** Bars of a volume at most, as long as none has to be longer than an interval may be. */
const BARS = 120;
/** Milliseconds of a bar. What was counted is kept by the second. */
const LENGTHS = [1_000, 2_000, 5_000, 10_000, 15_000, 30_000, INTERVAL.max];

/**
 * What Explore asks for above the lines of a time range: how many packets the filter accepted, as they were counted,
 * whatever the limit of rows has left out. A range that ends now has a table of rows that come, and no lines.
 */
export function logVolumeRequest(request: DataQueryRequest<XdpQuery>): DataQueryRequest<XdpQuery> | undefined {
  const packets = request.targets.filter((query) => isOfPackets(query) && query.hide !== true);
  if (reachesNow(request.range) || packets.length === 0) {
    return undefined;
  }
  const interval = lengthOfBar(request.range);
  return { ...request, targets: packets.map((query) => logVolumeQuery(query, interval)) };
}

/** The count of the packets that a query asks for, in bars of `interval` milliseconds. */
export function logVolumeQuery(
  { refId, datasource, version, interfaces, direction, filter, decapsulate }: XdpQuery,
  interval = INTERVAL.default
): XdpQuery {
  const common = { refId: VOLUME + refId, datasource, version, interfaces, direction, filter, decapsulate };
  return { ...common, kind: 'rates', columns: ['time', 'packets'], interval };
}

function lengthOfBar({ from, to }: TimeRange): number {
  const shortest = (to.valueOf() - from.valueOf()) / BARS;
  return LENGTHS.find((length) => length >= shortest) ?? INTERVAL.max;
}
