import captureHealth from '../../dashboards/capture-health.json';
import conversations from '../../dashboards/conversations.json';
import drops from '../../dashboards/drops.json';
import host from '../../dashboards/host.json';
import interfaces from '../../dashboards/interfaces.json';
import livePackets from '../../dashboards/live-packets.json';
import overview from '../../dashboards/overview.json';

import { dashboardOf, type Dashboard, type Panel } from './panelPipeline';

/** The dashboards that the plugin brings, by the name of their file, the first page first. */
export const BUNDLED = {
  'overview.json': dashboardOf(overview),
  'live-packets.json': dashboardOf(livePackets),
  'conversations.json': dashboardOf(conversations),
  'host.json': dashboardOf(host),
  'interfaces.json': dashboardOf(interfaces),
  'drops.json': dashboardOf(drops),
  'capture-health.json': dashboardOf(captureHealth),
};

/** A panel by its title. */
export function panelOf(dashboard: Dashboard, title: string): Panel {
  const found = dashboard.panels.filter((candidate) => candidate.title === title);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`The dashboard has ${found.length} panels "${title}".`);
  }
  return only;
}
