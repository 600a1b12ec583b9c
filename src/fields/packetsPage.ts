import { urlUtil, type RawTimeRange } from '@grafana/data';

import { withoutWhatAnyHas } from '../query/interfaceSets';
import type { Decapsulate } from '../query/model';

/** The bundled dashboard's uid, which its file and its links rely on. */
export const LIVE_PACKETS = 'xdplive-live-packets';

/** A time range as addresses have it: `now-5m`, or ms since 1970. */
export type RangeOfPage = Record<keyof RawTimeRange, string>;

/** Whose packets a page shows. */
export interface Scope {
  /** By name, pattern or label; none: all that the data source has. */
  machines: readonly string[];
  /** None: the default one. */
  interfaces: readonly string[];
}

/**
 * The address of a page that shows the packets which a filter wants. Without a range it has its own. The filter is for the
 * outermost headers, unless something else is asked for.
 */
export type PacketsPage = (filter: string, scope: Scope, range?: RangeOfPage, decapsulate?: Decapsulate) => string;

const OWN_RANGE: RangeOfPage = { from: 'now-5m', to: 'now' };

/** The variables of a bundled dashboard by which it shows these packets. */
export function variablesOf(dataSourceUid: string, { machines, interfaces }: Scope): Record<string, string | string[]> {
  return { 'var-datasource': dataSourceUid, 'var-machine': [...machines], 'var-interface': [...interfaces] };
}

/** The bundled dashboard. It shows outer headers, so what is inside tunnels is for Explore. */
export function dashboardPage(dataSourceUid: string, pluginId: string): PacketsPage {
  const explore = explorePage(dataSourceUid, pluginId);
  return (filter, scope, range, decapsulate) =>
    decapsulate === 'inner'
      ? explore(filter, scope, range, decapsulate)
      : urlUtil.renderUrl(`/d/${LIVE_PACKETS}/live-packets`, {
          ...variablesOf(dataSourceUid, scope),
          'var-filter': filter,
          ...range,
        });
}

/** Explore, for who has not imported the dashboard. */
export function explorePage(dataSourceUid: string, pluginId: string): PacketsPage {
  return (filter, { machines, interfaces }, range = OWN_RANGE, decapsulate = 'none') => {
    const datasource = { type: pluginId, uid: dataSourceUid };
    const query = {
      refId: 'A',
      datasource,
      kind: 'packets',
      ...(machines.length > 0 && { hosts: [...machines] }),
      ...(interfaces.length > 0 && {
        interfaces: withoutWhatAnyHas(interfaces),
      }),
      filter,
      ...(decapsulate !== 'none' && { decapsulate }),
    };
    const pane = { datasource: dataSourceUid, queries: [query], range };
    return urlUtil.renderUrl('/explore', { schemaVersion: 1, panes: JSON.stringify({ packets: pane }) });
  };
}
