import { ANY_INTERFACE } from '../query/model';

/** The bundled dashboard's uid, which its file and its links rely on. */
export const LIVE_PACKETS = 'xdplive-live-packets';

/** The address of a page that shows the packets which a filter wants, of these interfaces; none: the default one. */
export type PacketsPage = (filter: string, interfaces: readonly string[]) => string;

/** The bundled dashboard. */
export function dashboardPage(dataSourceUid: string): PacketsPage {
  return (filter, interfaces) => {
    const variables: Array<[string, string]> = [
      ['var-datasource', dataSourceUid],
      ...interfaces.map((name): [string, string] => ['var-interface', name]),
      ['var-filter', filter],
    ];
    const asked = variables.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return `/d/${LIVE_PACKETS}/live-packets?${asked.join('&')}`;
  };
}

/** Explore, for who has not imported the dashboard. */
export function explorePage(dataSourceUid: string, pluginId: string): PacketsPage {
  return (filter, interfaces) => {
    const datasource = { type: pluginId, uid: dataSourceUid };
    const query = {
      refId: 'A',
      datasource,
      kind: 'packets',
      ...(interfaces.length > 0 && {
        interfaces: interfaces.includes(ANY_INTERFACE) ? [ANY_INTERFACE] : interfaces,
      }),
      filter,
    };
    const pane = { datasource: dataSourceUid, queries: [query], range: { from: 'now-5m', to: 'now' } };
    return `/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify({ packets: pane }))}`;
  };
}
