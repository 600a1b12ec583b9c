import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { FILE_BOUNDS } from '../../../src/resources/fileBounds';

import { ADDRESS, DATA_SOURCE, FILTER, INTERFACE, MACHINE, PAGES, TAG } from './names';

/** To all dashboards of the plugin, with what the reader has chosen. */
export function toEachOther(): dashboard.DashboardLink {
  return visible(
    new dashboard.DashboardLinkBuilder('XDP Live')
      .type(dashboard.DashboardLinkType.Dashboards)
      .tags([TAG])
      .icon('external link')
      .includeVars(true)
      .keepTime(true)
  );
}

/** The packets that the reader's filter wants as a file, which the data source writes while they come. */
export function toFile(): dashboard.DashboardLink {
  const { seconds, count } = FILE_BOUNDS;
  // JSON as text, because the values are put in by Grafana.
  const before = encodeURIComponent('{"interfaces":');
  const between = encodeURIComponent(',"filter":"');
  const after = encodeURIComponent(`","seconds":${seconds},"count":${count}}`);
  const query = `${before}\${${INTERFACE}:json}${between}\${${FILTER}:percentencode}${after}`;
  return visible(
    new dashboard.DashboardLinkBuilder('pcapng file')
      .type(dashboard.DashboardLinkType.Link)
      .icon('save')
      .tooltip(
        `The headers of the packets of the next ${seconds} seconds, ${count} at most, for Wireshark. Conditions of "Narrow to" are no part of it.`
      )
      .url(`/api/datasources/uid/\${${DATA_SOURCE}}/resources/pcapng?hosts=\${${MACHINE}:csv}&query=${query}`)
      // Grafana would look for a page of its own at that address.
      .targetBlank(true)
  );
}

/** From a series of one host to its conversations. */
export function toConversations(title: string, host: string): dashboard.DashboardLink {
  const { uid, title: page } = PAGES.conversations;
  const chosen = `\${${DATA_SOURCE}:queryparam}&\${${MACHINE}:queryparam}&\${${INTERFACE}:queryparam}&var-${FILTER}=host ${host}`;
  return new dashboard.DashboardLinkBuilder(title)
    .url(`/d/${uid}/${page.toLowerCase()}?${chosen}&\${__url_time_range}`)
    .build();
}

/** From an address to all that is known of that host: also of packets that the reader's filter leaves out. */
export function toHost(title: string, host: string): dashboard.DashboardLink {
  const { uid, title: page } = PAGES.host;
  const chosen = `\${${DATA_SOURCE}:queryparam}&\${${MACHINE}:queryparam}&\${${INTERFACE}:queryparam}&var-${ADDRESS}=${host}&var-${FILTER}=`;
  return new dashboard.DashboardLinkBuilder(title)
    .url(`/d/${uid}/${page.toLowerCase()}?${chosen}&\${__url_time_range}`)
    .build();
}

/** Grafana has links in sight, unless they are said to be in a menu. */
function visible(link: dashboard.DashboardLinkBuilder): dashboard.DashboardLink {
  return { ...link.build(), placement: undefined };
}
