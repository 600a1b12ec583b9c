import { locationUtil, urlUtil } from '@grafana/data';

import type { XdpQuery } from '../query/model';

import { FILE_BOUNDS } from './fileBounds';

/**
 * Where the packets of a query can be had as a file, from now on. A link needs an address, for which Grafana has no function:
 * this one is that of its HTTP API.
 */
export function pcapngUrl(dataSourceUid: string, query: XdpQuery): string {
  const { interfaces, direction, filter, decapsulate } = query;
  const asked = JSON.stringify({ interfaces, direction, filter, decapsulate, ...FILE_BOUNDS });
  const resource = `/api/datasources/uid/${encodeURIComponent(dataSourceUid)}/resources/pcapng`;
  return locationUtil.assureBaseUrl(urlUtil.renderUrl(resource, { query: asked }));
}
