import type { DataQueryResponse, QueryResultMetaNotice } from '@grafana/data';
import { config, getGrafanaLiveSrv, type GrafanaLiveSrv } from '@grafana/runtime';

import { captureReportOf } from './captureReport';
import { liveChannelOf } from './liveChannel';
import { mapFrames } from './mapFrames';
import { answerNotices } from './notices';

const LIVE_IS_OFF: QueryResultMetaNotice = {
  severity: 'info',
  text: 'Rows do not stream: Grafana Live is switched off on this server (max_connections in the section [live] of grafana.ini). Refresh to see what came since.',
};

/**
 * Grafana Live, where this page has it: a public dashboard has no websocket, and an administrator can switch Live off
 * (`[live] max_connections = 0`). A subscription would then wait for ever behind a panel that says "streaming".
 */
export function grafanaLive(): GrafanaLiveSrv | undefined {
  const isPublicDashboard = Boolean(config.publicDashboardAccessToken);
  return isPublicDashboard || !config.liveEnabled ? undefined : getGrafanaLiveSrv();
}

/**
 * An answer that nothing goes on with: it says what it leaves out, and that no more comes where that is the
 * administrator's doing.
 */
export function withoutLive(answer: DataQueryResponse): DataQueryResponse {
  return mapFrames(answer, (frame) => {
    const report = captureReportOf(frame);
    const isCut = !config.liveEnabled && liveChannelOf(frame) !== undefined;
    const notices = [...(report ? answerNotices(report) : []), ...(isCut ? [LIVE_IS_OFF] : [])];
    return notices.length === 0
      ? frame
      : { ...frame, meta: { ...frame.meta, notices: [...(frame.meta?.notices ?? []), ...notices] } };
  });
}
