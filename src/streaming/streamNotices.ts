import { dateTimeFormat } from '@grafana/data';

import { HELD_WHILE_PAUSED } from './bounds';
import type { Connection } from './connection';
import type { Silent } from './heartbeat';
import type { Sentence } from './noticesInOne';
import { count, duration, figure } from './wording';

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
  return `Nothing is kept from before ${clock(until, timeZone)}: the first ${duration(length)} of the time range are empty.`;
}

/** What a panel that stands still does not show. */
function still({ still: held, timeZone }: StreamFacts): Sentence {
  if (held === undefined) {
    return false;
  }
  const { since, newRows } = held;
  const paused = `Paused at ${clock(since, timeZone)}.`;
  if (newRows === undefined) {
    return `${paused} To see what came since, use the same link.`;
  }
  const lost = newRows > HELD_WHILE_PAUSED && ` Only the newest ${figure(HELD_WHILE_PAUSED)} of them are held.`;
  return `${paused} ${count(newRows, 'row')} came since.${lost || ''} To go on, use the same link.`;
}

function clock(time: number, timeZone: string): string {
  return dateTimeFormat(time, { format: 'HH:mm:ss', timeZone });
}

/** Since when no rows can come. */
function cut({ connection, timeZone }: StreamFacts): Sentence {
  if (connection === undefined) {
    return false;
  }
  const since = clock(connection.since, timeZone);
  switch (connection.state) {
    case 'opening':
      return `No connection to Grafana Live since ${since}: no rows come. A proxy in between must pass WebSockets on, and max_connections in the section [live] of grafana.ini must allow one more.`;
    case 'ended':
      return `Grafana has closed this stream at ${since}: no more rows come. Refresh to begin anew.`;
    default:
      return `The connection to Grafana Live is cut since ${since}: rows that come meanwhile are fetched when it is back.`;
  }
}

/** Since when the stream tells nothing, not even its counters. */
function ended({ silent, timeZone }: StreamFacts): Sentence {
  if (silent === undefined) {
    return false;
  }
  const { since, error } = silent;
  return error === undefined
    ? `Nothing has come since ${clock(since, timeZone)}, not even counters, though the data source answers. Refresh to begin anew.`
    : `Nothing has come since ${clock(since, timeZone)}: the server refuses the query (${error.replace(/\.$/, '')}). The data source may have been deleted, or you may no longer query it.`;
}

/** Whether what comes here tells of the network. */
export function isHeard({ connection, silent }: StreamFacts): boolean {
  return connection === undefined && silent === undefined;
}

/** Rows that are lost between the server and this page. */
function gone({ missing: rows, breaks }: StreamFacts): Sentence {
  const sentences = [
    rows > 0 &&
      `${count(rows, 'row')} came while the connection was cut or the browser too slow, and ${rows === 1 ? 'is' : 'are'} no longer kept.`,
    breaks > 0 &&
      `The stream began anew ${breaks === 1 ? 'once' : `${figure(breaks)} times`} (the plugin was started again, or the connection was cut for more than a minute): rows of the time before that may be missing.`,
  ].filter((sentence) => sentence !== false);
  return sentences.length > 0 && sentences.join(' ');
}

/** Rows for which the panel has no room. */
function short({ leftOut: rows, kept, isWidened }: StreamFacts): Sentence {
  if (rows === 0) {
    return false;
  }
  const were = `${count(rows, 'row')} before ${rows === 1 ? 'was' : 'were'} left out since the panel opened`;
  return kept === undefined
    ? `The panel cannot hold the whole time range: ${were}. Ask for a longer interval or fewer groups.`
    : `Shown ${kept === 1 ? 'is' : 'are'} the newest ${count(kept, 'row')} (Rows kept${isWidened === true ? ', and what came while the panel was paused' : ''}): ${were}.`;
}
