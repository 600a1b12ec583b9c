/** The variables of every dashboard. Links hand them on, so each has the same meaning everywhere. */
export const DATA_SOURCE = 'datasource';
export const MACHINE = 'machine';
export const INTERFACE = 'interface';
export const FILTER = 'filter';
export const NARROW = 'narrow';

/** That of the dashboard about one host alone. */
export const ADDRESS = 'address';

/** What the plugin's dashboards find each other by. */
export const TAG = 'xdp-live';

interface Page {
  uid: string;
  title: string;
}

/** The dashboards. Saved links and bookmarks have the uids, so none ever changes. */
export const PAGES = {
  overview: { uid: 'xdplive-overview', title: 'Overview' },
  livePackets: { uid: 'xdplive-live-packets', title: 'Live packets' },
  conversations: { uid: 'xdplive-conversations', title: 'Conversations' },
  host: { uid: 'xdplive-host', title: 'Host' },
  interfaces: { uid: 'xdplive-interfaces', title: 'Interfaces' },
  drops: { uid: 'xdplive-drops', title: 'Drops' },
  captureHealth: { uid: 'xdplive-capture-health', title: 'Capture health' },
} as const satisfies Record<string, Page>;
