import { urlUtil } from '@grafana/data';

import type { RangeOfPage } from './packetsPage';

/** The uid of the bundled dashboard "Host", which its file and its links rely on. */
export const HOST = 'xdplive-host';

/** The address of a page about one host, as it is seen on these interfaces; none: the default one. */
export type HostPage = (address: string, interfaces: readonly string[], range?: RangeOfPage) => string;

/** The bundled dashboard. Without a range it has its own. */
export function hostPage(dataSourceUid: string): HostPage {
  return (address, interfaces, range) =>
    urlUtil.renderUrl(`/d/${HOST}/host`, {
      'var-datasource': dataSourceUid,
      'var-interface': [...interfaces],
      'var-address': address,
      ...range,
    });
}

/** For who has not imported the dashboard: nothing else is about one host, and an empty address is no link to Grafana. */
export function noHostPage(): HostPage {
  return () => '';
}
