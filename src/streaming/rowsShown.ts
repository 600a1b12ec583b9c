import {
  dataFrameToJSON,
  LoadingState,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type StreamingFrameOptions,
} from '@grafana/data';
import { defer, map, type Observable } from 'rxjs';

import type { XdpQuery } from '../query/model';

import { canonicalQuery } from './canonicalQuery';
import { groupsOf, longRows, wideSeries, type Grouping } from './groupedRates';
import { listenTo, type LiveChannel, type LiveSource } from './liveChannel';
import { mapFrames } from './mapFrames';
import { nameSeries } from './nameSeries';
import { countOlder, withOlderRows } from './olderRows';
import { emptyWhenQuiet } from './quiet';
import { rowBuffer } from './rowBuffer';
import type { Shown } from './shownGroups';

/** What a frame goes on with, and for whom. */
export interface Stream {
  channel: LiveChannel;
  source: LiveSource;
  /** Tells the emissions of this stream from those of others in the same panel. */
  key: string;
  query: XdpQuery;
  request: DataQueryRequest<XdpQuery>;
  /** Tells its series from those of the panel's other queries. */
  seriesName?: string;
}

type Buffer = Partial<StreamingFrameOptions>;

/** What a panel shows of the rows that its stream holds. */
type Show = (held: DataFrame) => DataFrame;

/** The rows of a history and of the stream that goes on with it, as the panel is to draw them. */
export function rowsShown(history: DataFrame, stream: Stream): Observable<DataQueryResponse> {
  const { channel, source, key, query, request } = stream;
  const asked = canonicalQuery(channel.query);
  const buffer = rowBuffer(query, asked, request.range);
  const listen = (frame: DataFrame) => listenTo(channel, source, { key, frame: dataFrameToJSON(frame), buffer });
  if (asked.kind === 'flows') {
    const flows = listen(history).pipe(beginningWith(history));
    return asked.isOfInterval ? flows.pipe(emptyWhenQuiet(asked.interval)) : flows;
  }
  const seed = asked.grouping === undefined ? history : longRows(history, asked.grouping);
  return defer(() => {
    const complete = completed(seed, buffer);
    const grouped = asked.grouping === undefined ? asIs : inGroups(asked.grouping, history);
    return listen(seed).pipe(showing((held) => nameSeries(grouped(complete(held)), stream.seriesName)));
  });
}

function showing(show: Show) {
  return map((response: DataQueryResponse) => mapFrames(response, show));
}

/**
 * Grafana replays the last message to a panel that comes, or asks again, while the stream runs. The answer is newer:
 * since then the network may have fallen silent.
 */
function beginningWith(answered: DataFrame) {
  return map((response: DataQueryResponse, index: number) =>
    index === 0 && response.state !== LoadingState.Error ? { ...response, data: [{ ...answered }] } : response
  );
}

function asIs(held: DataFrame): DataFrame {
  return held;
}

/** With the rows of the answer that are older than those of the stream when the panel began. */
function completed(seed: DataFrame, buffer: Buffer): Show {
  let older: number | undefined;
  return (held) => {
    older ??= countOlder(seed, held);
    return older === 0 ? held : withOlderRows(seed, older, held, buffer);
  };
}

/** One series a group, which keeps its place as long as it has one. */
function inGroups(grouping: Grouping, history: DataFrame): Show {
  let shown: Shown = { groups: groupsOf(history, grouping) };
  return (held) => {
    const series = wideSeries(held, grouping, shown);
    shown = series.shown;
    return series.frame;
  };
}
