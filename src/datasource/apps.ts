import { CoreApp } from '@grafana/data';

const EXPLORE: readonly string[] = [CoreApp.Explore];

/** The editors of alert rules. */
const ALERTING: readonly string[] = [CoreApp.UnifiedAlerting, CoreApp.CloudAlerting];

/** Whether a part of Grafana is Explore. */
export function isExplore(app: string | undefined): boolean {
  return app !== undefined && EXPLORE.includes(app);
}

/** Whether a part of Grafana is an editor of alert rules. */
export function isAlerting(app: string | undefined): boolean {
  return app !== undefined && ALERTING.includes(app);
}
