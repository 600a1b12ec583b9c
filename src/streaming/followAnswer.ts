import {
  isDataFrame,
  LoadingState,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
} from '@grafana/data';
import { merge, of, type Observable } from 'rxjs';

import type { XdpQuery } from '../query/model';

import { followFrame } from './followFrame';
import { liveChannelOf, type LiveSource } from './liveChannel';
import { nameSeries } from './nameSeries';
import { Pause } from './pause';

/** Grafana keeps the latest emission of each key; no query's key looks like this one. */
const ANSWER_KEY = 'answer';

/**
 * Turns the answer to a request into the panel's observable: frames that name a channel go on as streams, each
 * beginning with its history, the others stay as they are. Queries that failed stay beside streams that run. `names`
 * tell the series of the queries apart, by refId; `pause` has the panel stand still.
 */
export function followAnswer(
  answer: DataQueryResponse,
  request: DataQueryRequest<XdpQuery>,
  source: LiveSource,
  names: ReadonlyMap<string, string> = new Map(),
  pause = new Pause()
): Observable<DataQueryResponse> {
  const settled: DataFrame[] = [];
  const streams: Array<Observable<DataQueryResponse>> = [];
  for (const frame of answer.data.filter(isDataFrame)) {
    const channel = liveChannelOf(frame);
    const query = request.targets.find(({ refId }) => refId === frame.refId);
    if (channel === undefined || query === undefined) {
      settled.push(nameSeries(frame, names.get(frame.refId ?? '')));
    } else {
      // Two queries of one panel may share a channel, so the channel alone does not tell their emissions apart.
      const key = `${query.refId}/${streams.length}/${channel.path}`;
      const seriesName = names.get(query.refId);
      streams.push(followFrame(frame, { channel, source, key, query, request, seriesName, pause }));
    }
  }
  if (streams.length === 0) {
    return of({ ...answer, data: settled });
  }
  const hasErrors = answer.state === LoadingState.Error || (answer.errors?.length ?? 0) > 0;
  // What is settled comes first: the panel takes the state of the last emission, and that is to be "streaming".
  return settled.length > 0 || hasErrors
    ? merge(of({ ...answer, key: ANSWER_KEY, data: settled }), ...streams)
    : merge(...streams);
}
