import {
  dataFrameToJSON,
  isDataFrame,
  LiveChannelScope,
  LoadingState,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
} from '@grafana/data';
import type { GrafanaLiveSrv } from '@grafana/runtime';
import { map, merge, of, type Observable } from 'rxjs';

import type { XdpQuery } from '../query/model';

import { liveChannelOf, type LiveChannel } from './liveChannel';
import { rowBuffer } from './rowBuffer';

/** Grafana keeps the latest emission of each key; no query's key looks like this one. */
const ANSWER_KEY = 'answer';

type Live = Pick<GrafanaLiveSrv, 'getDataStream'>;

/**
 * Turns the answer to a request into the panel's observable: frames that name a channel go on as streams, each
 * beginning with its history, the others stay as they are. Queries that failed stay beside streams that run.
 */
export function followAnswer(
  answer: DataQueryResponse,
  request: DataQueryRequest<XdpQuery>,
  dataSourceUid: string,
  live: Live
): Observable<DataQueryResponse> {
  const settled: DataFrame[] = [];
  const streams: Array<Observable<DataQueryResponse>> = [];
  for (const frame of answer.data.filter(isDataFrame)) {
    const channel = liveChannelOf(frame);
    const query = request.targets.find(({ refId }) => refId === frame.refId);
    if (channel === undefined || query === undefined) {
      settled.push(frame);
    } else {
      // Two queries of one panel may share a channel, so the channel alone does not tell their emissions apart.
      const key = `${query.refId}/${streams.length}/${channel.path}`;
      streams.push(followFrame(frame, key, query, request, { channel, dataSourceUid, live }));
    }
  }
  if (streams.length === 0) {
    return of(answer);
  }
  const hasErrors = answer.state === LoadingState.Error || (answer.errors?.length ?? 0) > 0;
  // What is settled comes first: the panel takes the state of the last emission, and that is to be "streaming".
  return settled.length > 0 || hasErrors
    ? merge(of({ ...answer, key: ANSWER_KEY, data: settled }), ...streams)
    : merge(...streams);
}

interface Subscription {
  channel: LiveChannel;
  dataSourceUid: string;
  live: Live;
}

function followFrame(
  history: DataFrame,
  key: string,
  query: XdpQuery,
  request: DataQueryRequest<XdpQuery>,
  { channel, dataSourceUid, live }: Subscription
): Observable<DataQueryResponse> {
  return live
    .getDataStream({
      key,
      addr: {
        scope: LiveChannelScope.DataSource,
        stream: dataSourceUid,
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- what older Grafana calls `stream`
        namespace: dataSourceUid,
        path: channel.path,
        data: channel.query,
      },
      frame: dataFrameToJSON(history),
      buffer: rowBuffer(query, request.range),
    })
    .pipe(
      map((emission) => {
        emission.data.filter(isDataFrame).forEach((frame) => {
          keepIdentity(frame, history);
        });
        return emission;
      })
    );
}

/**
 * Panels with one query share a stream, and with it the name, refId and notices of whichever subscribed first. The
 * frame of each panel is its own copy, so it gets back what this panel's answer said.
 */
function keepIdentity(frame: DataFrame, history: DataFrame): void {
  frame.refId = history.refId;
  frame.name = history.name;
  frame.meta = history.length === 0 && frame.length > 0 ? withoutNotices(history) : history.meta;
}

/** Notices that came with an empty answer say why it is empty. */
function withoutNotices({ meta }: DataFrame): DataFrame['meta'] {
  return { ...meta, notices: undefined };
}
