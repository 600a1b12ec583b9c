import type { DataQueryRequest, DataQueryResponse, QueryResultMetaNotice } from '@grafana/data';
import { config, getGrafanaLiveSrv, type GrafanaLiveSrv } from '@grafana/runtime';

import { t } from '../locale/t';

import { captureReportOf } from './captureReport';
import { emptyPart, keptSince } from './keptSince';
import { liveChannelOf } from './liveChannel';
import { mapFrames } from './mapFrames';
import { answerNotices } from './notices';
import { notice, withNotices } from './noticesInOne';
import { nothingBefore } from './streamNotices';

function liveIsOff(): QueryResultMetaNotice {
  return {
    severity: 'info',
    text: t(
      'live.off',
      'Rows do not stream: Grafana Live is switched off on this server (max_connections in the section [live] of grafana.ini). Refresh to see what came since.'
    ),
  };
}

function isMixed(): QueryResultMetaNotice {
  return {
    severity: 'info',
    text: t(
      'live.mixed',
      'Rows do not stream: Grafana waits for all data sources of a panel with "-- Mixed --" to end. Choose this data source for the panel, or refresh to see what came since.'
    ),
  };
}

/** How Grafana's "-- Mixed --" marks the requests that it makes of a panel's. */
const OF_MIXED = 'mixed-';

/**
 * Grafana Live, where this page and a request have it: a public dashboard has no websocket, and an administrator can switch
 * Live off (`[live] max_connections = 0`). A subscription would then wait for ever behind a panel that says "streaming". A
 * panel with "-- Mixed --" shows nothing before every request of it has ended.
 */
export function grafanaLive(requestId: string | undefined): GrafanaLiveSrv | undefined {
  const isPublicDashboard = Boolean(config.publicDashboardAccessToken);
  return isPublicDashboard || !config.liveEnabled || isOfMixed(requestId) ? undefined : getGrafanaLiveSrv();
}

function isOfMixed(requestId: string | undefined): boolean {
  return requestId?.startsWith(OF_MIXED) === true;
}

/** Why no more comes, as far as somebody can change that. */
function reasons(requestId: string | undefined): QueryResultMetaNotice[] {
  if (!config.liveEnabled) {
    return [liveIsOff()];
  }
  return isOfMixed(requestId) ? [isMixed()] : [];
}

/**
 * An answer that nothing goes on with: it says what it leaves out, and why no more comes.
 */
export function withoutLive(
  answer: DataQueryResponse,
  { requestId, range, timezone: timeZone }: Pick<DataQueryRequest, 'requestId' | 'range' | 'timezone'>
): DataQueryResponse {
  const why = reasons(requestId);
  return mapFrames(answer, (frame) => {
    const report = captureReportOf(frame);
    const isStream = liveChannelOf(frame) !== undefined;
    const empty = isStream ? emptyPart(keptSince(frame), range, Date.now()) : undefined;
    const notices = [
      ...(report ? answerNotices(report) : []),
      // Where nobody can change it, the back end tells what is missing at the beginning.
      ...(isStream && why.length > 0 ? [...why, ...notice('info', [nothingBefore({ empty, timeZone })])] : []),
    ];
    return withNotices(frame, notices);
  });
}
