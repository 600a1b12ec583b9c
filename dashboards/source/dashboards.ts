import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { captureHealth } from './captureHealth';
import { conversationsPage } from './conversations';
import { dropsPage } from './drops';
import { hostPage } from './host';
import { interfacesPage } from './interfaces';
import { livePackets } from './livePackets';
import { overview } from './overview';

/** The dashboards that the plugin brings, by the name of their file, the first page first. */
export const DASHBOARDS: Record<string, () => Dashboard> = {
  'overview.json': overview,
  'live-packets.json': livePackets,
  'conversations.json': conversationsPage,
  'host.json': hostPage,
  'interfaces.json': interfacesPage,
  'drops.json': dropsPage,
  'capture-health.json': captureHealth,
};

/** What a dashboard's file holds. */
export function fileOf(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}
