import { urlUtil } from '@grafana/data';

import { variablesOf, type RangeOfPage, type Scope } from './packetsPage';

/** The uid of the bundled dashboard "Host", which its file and its links rely on. */
export const HOST = 'xdplive-host';

/** The address of a page about one host, as it is seen there. */
export type HostPage = (address: string, scope: Scope, range?: RangeOfPage) => string;

/** The bundled dashboard. Without a range it has its own. */
export function hostPage(dataSourceUid: string): HostPage {
  return (address, scope, range) =>
    urlUtil.renderUrl(`/d/${HOST}/host`, {
      ...variablesOf(dataSourceUid, scope),
      'var-address': address,
      ...range,
    });
}

/** For who has not imported the dashboard: nothing else is about one host, and an empty address is no link to Grafana. */
export function noHostPage(): HostPage {
  return () => '';
}
