import { LoadingState, type DataQueryResponse } from '@grafana/data';
import { concat, map, of, switchMap, timer, type MonoTypeOperatorFunction } from 'rxjs';

import { mapFrames } from './mapFrames';

/** Intervals without a message, and ms besides, after which none is late: then there was nothing to tell. */
const LATE_INTERVALS = 2.5;
const LATE_MS = 1_000;

/**
 * Empties the frames when no message came for a while. What shows the last interval gets none while there are no
 * packets, and must not go on showing those of long ago.
 */
export function emptyWhenQuiet(interval: number): MonoTypeOperatorFunction<DataQueryResponse> {
  const patience = LATE_INTERVALS * interval + LATE_MS;
  return switchMap((response) =>
    response.state === LoadingState.Error
      ? of(response)
      : concat(of(response), timer(patience).pipe(map(() => withoutRows(response))))
  );
}

function withoutRows(response: DataQueryResponse): DataQueryResponse {
  return mapFrames(response, (frame) => ({
    ...frame,
    fields: frame.fields.map((field) => ({ ...field, values: [] })),
    length: 0,
  }));
}
