import type { XdpQuery } from '../query/model';

/** How long a file may take to come, seconds, and how many packets it may have. The back end's own bounds are higher. */
export const FILE_BOUNDS = { seconds: 30, count: 10_000 };

/** Where the packets of a query can be had as a file, from now on. */
export function pcapngUrl(appSubUrl: string, dataSourceUid: string, query: XdpQuery): string {
  const { interfaces, direction, filter } = query;
  const asked = JSON.stringify({ interfaces, direction, filter, ...FILE_BOUNDS });
  const dataSource = `${appSubUrl}/api/datasources/uid/${encodeURIComponent(dataSourceUid)}`;
  return `${dataSource}/resources/pcapng?query=${encodeURIComponent(asked)}`;
}
