import { urlUtil, type RawTimeRange } from '@grafana/data';

import { ANY_INTERFACE } from '../query/model';

/** The bundled dashboard's uid, which its file and its links rely on. */
export const LIVE_PACKETS = 'xdplive-live-packets';

/** A time range as addresses have it: `now-5m`, or ms since 1970. */
export type RangeOfPage = Record<keyof RawTimeRange, string>;

/**
 * The address of a page that shows the packets which a filter wants, of these interfaces; none: the default one. Without a
 * range it has its own.
 */
export type PacketsPage = (filter: string, interfaces: readonly string[], range?: RangeOfPage) => string;

const OWN_RANGE: RangeOfPage = { from: 'now-5m', to: 'now' };

/** The bundled dashboard. */
export function dashboardPage(dataSourceUid: string): PacketsPage {
  return (filter, interfaces, range) =>
    urlUtil.renderUrl(`/d/${LIVE_PACKETS}/live-packets`, {
      'var-datasource': dataSourceUid,
      'var-interface': [...interfaces],
      'var-filter': filter,
      ...range,
    });
}

/** Explore, for who has not imported the dashboard. */
export function explorePage(dataSourceUid: string, pluginId: string): PacketsPage {
  return (filter, interfaces, range = OWN_RANGE) => {
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
    const pane = { datasource: dataSourceUid, queries: [query], range };
    return urlUtil.renderUrl('/explore', { schemaVersion: 1, panes: JSON.stringify({ packets: pane }) });
  };
}
