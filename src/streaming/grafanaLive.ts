import { config, getGrafanaLiveSrv, type GrafanaLiveSrv } from '@grafana/runtime';

/**
 * Grafana Live, where this page has it: a public dashboard has no websocket, and an administrator can switch Live off
 * (`[live] max_connections = 0`). A subscription would then wait for ever behind a panel that says "streaming".
 */
export function grafanaLive(): GrafanaLiveSrv | undefined {
  const isPublicDashboard = Boolean(config.publicDashboardAccessToken);
  return isPublicDashboard || !config.liveEnabled ? undefined : getGrafanaLiveSrv();
}
