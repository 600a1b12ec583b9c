import captureHealth from '../../dashboards/capture-health.json';
import livePackets from '../../dashboards/live-packets.json';
import traffic from '../../dashboards/traffic.json';

import type { Dashboard, Panel } from './panelPipeline';

/** The dashboards that the plugin brings, by the name of their file. */
export const BUNDLED = {
  'capture-health.json': captureHealth as unknown as Dashboard,
  'live-packets.json': livePackets as unknown as Dashboard,
  'traffic.json': traffic as unknown as Dashboard,
};

/** A panel by its title, and by its type where two have the same title. */
export function panelOf(dashboard: Dashboard, title: string, type?: string): Panel {
  const found = dashboard.panels.find((candidate) => candidate.title === title && (!type || candidate.type === type));
  if (found === undefined) {
    throw new Error(`The dashboard has no panel "${title}".`);
  }
  return found;
}
