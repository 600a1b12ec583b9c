import { dateTimeFormat, systemDateFormats } from '@grafana/data';

import { figure } from '../locale/figures';
import { t } from '../locale/t';

import { HELD_WHILE_PAUSED } from './bounds';
import type { Connection } from './connection';
import type { Silent } from './heartbeat';
import type { Sentence } from './noticesInOne';
import { duration, rows as rowsInWords } from './wording';

/** What this page knows of a panel's stream. */
export interface StreamFacts {
  /** How it is connected; undefined: as it should be. */
  connection: Connection | undefined;
  /** Whether it has ended without a word; undefined: it has not. */
  silent?: Silent;
  /** Rows that the stream sent, that did not come here and are not kept any more. */
  missing: number;
  /** How often the stream began anew, so that rows may be missing that nobody can count. */
  breaks: number;
  /** Rows that the panel left out since it opened, because it holds no more. */
  leftOut: number;
  /** Rows that the panel holds by its query; undefined: as many as its time range has. */
  kept: number | undefined;
  /** Whether that is more than the query says, because of what came while the panel stood still. */
  isWidened?: boolean;
  /** That of the dashboard. */
  timeZone: string;
  /** What the panel does not show because its reader has it stand still; undefined: it moves. */
  still?: Still;
  /** The beginning of its time range, of which nothing is kept; undefined: there is none. */
  empty?: Empty;
}

/** A part of a time range that is empty because nothing is kept of it. */
export interface Empty {
  /** Its end, ms since 1970. */
  until: number;
  /** Milliseconds. */
  length: number;
}

/** A panel that stands still. */
export interface Still {
  /** Since when, ms since 1970. */
  since: number;
  /** Rows that came since; undefined: what comes is not counted by rows. */
  newRows: number | undefined;
}

/** What is wrong between the server and this panel. */
export function troubleOf(facts: StreamFacts): { ofConnection: Sentence[]; ofRows: Sentence[] } {
  return { ofConnection: [still(facts), cut(facts), ended(facts)], ofRows: [gone(facts)] };
}

/** What the panel cannot show of its time range. */
export function limitsOf(facts: StreamFacts): Sentence[] {
  return [short(facts), nothingBefore(facts)];
}

/** What nobody has kept. */
export function nothingBefore({ empty, timeZone }: Pick<StreamFacts, 'empty' | 'timeZone'>): Sentence {
  if (empty === undefined) {
    return false;
  }
  const { until, length } = empty;
  return t(
    'notice.nothing-before',
    'Nothing is kept from before {{time}}: the first {{duration}} of the time range are empty.',
    { time: clock(until, timeZone), duration: duration(length) }
  );
}

/** What a panel that stands still does not show. */
function still({ still: held, timeZone }: StreamFacts): Sentence {
  if (held === undefined) {
    return false;
  }
  const { since, newRows } = held;
  const time = clock(since, timeZone);
  if (newRows === undefined) {
    return t('notice.paused', 'Paused at {{time}}. To see what came since, use the same link.', { time });
  }
  return newRows > HELD_WHILE_PAUSED
    ? t(
        'notice.paused-too-long',
        'Paused at {{time}}. {{rows}} came since. Only the newest {{held}} of them are held. To go on, use the same link.',
        { time, rows: rowsInWords(newRows), held: figure(HELD_WHILE_PAUSED) }
      )
    : t('notice.paused-rows', 'Paused at {{time}}. {{rows}} came since. To go on, use the same link.', {
        time,
        rows: rowsInWords(newRows),
      });
}

/** As Grafana's graphs write it. */
function clock(time: number, timeZone: string): string {
  return dateTimeFormat(time, { format: systemDateFormats.interval.second, timeZone });
}

/** Since when no rows can come. */
function cut({ connection, timeZone }: StreamFacts): Sentence {
  if (connection === undefined) {
    return false;
  }
  const since = clock(connection.since, timeZone);
  switch (connection.state) {
    case 'opening':
      return t(
        'notice.no-connection',
        'No connection to Grafana Live since {{since}}: no rows come. A proxy in between must pass WebSockets on, and max_connections in the section [live] of grafana.ini must allow one more.',
        { since }
      );
    case 'ended':
      return t(
        'notice.closed',
        'Grafana has closed this stream at {{since}}: no more rows come. Refresh to begin anew.',
        {
          since,
        }
      );
    default:
      return t(
        'notice.cut',
        'The connection to Grafana Live is cut since {{since}}: rows that come meanwhile are fetched when it is back.',
        { since }
      );
  }
}

/** Since when the stream tells nothing, not even its counters. */
function ended({ silent, timeZone }: StreamFacts): Sentence {
  if (silent === undefined) {
    return false;
  }
  const since = clock(silent.since, timeZone);
  return silent.error === undefined
    ? t(
        'notice.silent',
        'Nothing has come since {{since}}, not even counters, though the data source answers. Refresh to begin anew.',
        { since }
      )
    : t(
        'notice.refused',
        'Nothing has come since {{since}}: the server refuses the query ({{error}}). The data source may have been deleted, or you may no longer query it.',
        { since, error: silent.error.replace(/\.$/, '') }
      );
}

/** Whether what comes here tells of the network. */
export function isHeard({ connection, silent }: StreamFacts): boolean {
  return connection === undefined && silent === undefined;
}

/** Rows that are lost between the server and this page. */
function gone({ missing: rows, breaks }: StreamFacts): Sentence {
  const sentences = [
    rows > 0 &&
      t(
        'notice.gone',
        '{{figure}} rows came while the connection was cut or the browser too slow, and are no longer kept.',
        {
          count: rows,
          figure: figure(rows),
          defaultValue_one:
            '{{figure}} row came while the connection was cut or the browser too slow, and is no longer kept.',
        }
      ),
    breaks > 0 &&
      t(
        'notice.breaks',
        'The stream began anew {{figure}} times (the plugin was started again, or the connection was cut for more than a minute): rows of the time before that may be missing.',
        {
          count: breaks,
          figure: figure(breaks),
          defaultValue_one:
            'The stream began anew once (the plugin was started again, or the connection was cut for more than a minute): rows of the time before that may be missing.',
        }
      ),
  ].filter((sentence) => sentence !== false);
  return sentences.length > 0 && sentences.join(' ');
}

/** Rows for which the panel has no room. */
function short({ leftOut: rows, kept, isWidened }: StreamFacts): Sentence {
  if (rows === 0) {
    return false;
  }
  const before = t('notice.left-out', '{{figure}} earlier rows were left out since the panel opened', {
    count: rows,
    figure: figure(rows),
    defaultValue_one: '{{figure}} earlier row was left out since the panel opened',
  });
  if (kept === undefined) {
    return t(
      'notice.short-range',
      'The panel cannot hold the whole time range. {{before}}. Ask for a longer interval or for fewer groups.',
      { before }
    );
  }
  return isWidened === true
    ? t(
        'notice.newest-widened',
        'Only the newest {{figure}} rows are shown (Rows kept, and what came while the panel was paused). {{before}}.',
        {
          count: kept,
          figure: figure(kept),
          before,
          defaultValue_one:
            'Only the newest {{figure}} row is shown (Rows kept, and what came while the panel was paused). {{before}}.',
        }
      )
    : t('notice.newest', 'Only the newest {{figure}} rows are shown (Rows kept). {{before}}.', {
        count: kept,
        figure: figure(kept),
        before,
        defaultValue_one: 'Only the newest {{figure}} row is shown (Rows kept). {{before}}.',
      });
}
