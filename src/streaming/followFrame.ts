import { type DataFrame, type DataQueryResponse, type QueryResultMetaNotice } from '@grafana/data';
import { defer, distinctUntilChanged, finalize, interval, map, startWith, switchMap, type Observable } from 'rxjs';

import { paced } from './pace';
import { Panel, type Stream } from './panel';

/** Milliseconds after which a panel that stands still tells anew what came. */
const TOLD_EVERY = 1_000;

/**
 * Goes on from the history with what the stream brings. The counters of the capture say, as notices, why the panel is
 * empty or what it lacks; the panel draws itself for rows, and without rows for new words alone. What it shows is made
 * when it draws, not for each message. While its reader has it stand still, it draws new words alone.
 */
export function followFrame(history: DataFrame, stream: Stream): Observable<DataQueryResponse> {
  return defer(() => {
    const panel = new Panel(history, stream);
    const { pause } = stream;
    return pause.changes.pipe(
      startWith(undefined),
      switchMap(() =>
        pause.since === undefined ? panel.news().pipe(paced(panel.shown)) : interval(TOLD_EVERY).pipe(startWith(0))
      ),
      map(() => panel.draw()),
      distinctUntilChanged((before, now) => before.version === now.version && isAlike(before.notices, now.notices)),
      map(({ response }) => response),
      finalize(() => {
        panel.close();
      })
    );
  });
}

function isAlike(some: QueryResultMetaNotice[], others: QueryResultMetaNotice[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}
