import { isUsed, kindOf } from './kinds';
import type { Direction, XdpQuery } from './model';
import { VARIABLE } from './variables';
import { wellFormed } from './wellFormed';

const DIRECTION_TEXT: Record<Direction, string> = { in: 'incoming', out: 'outgoing', both: 'incoming and outgoing' };

/** The query in a few words, for the collapsed row of the query editor. */
export function describeQuery(saved: XdpQuery): string {
  const query = wellFormed(saved);
  const direction = DIRECTION_TEXT[query.direction ?? 'both'];
  const shown = kindOf(query)?.phrase(direction) ?? `${direction} ${String(query.kind)}`;
  const interfaces = query.interfaces?.length ? query.interfaces.join(', ') : 'the default interface';
  const filter = isUsed(query, 'filter') && query.filter?.trim() ? ` that match ${query.filter.trim()}` : '';
  const groups = isUsed(query, 'groupBy') && query.groupBy ? `, by ${inWords(query.groupBy)}` : '';
  const since = isUsed(query, 'since') && query.since === 'start' ? ', since the stream began' : '';
  return `${shown} on ${interfaces}${filter}${groups}${since}`;
}

/** `source_port` in words; the name of a variable stays as it is. */
function inWords(group: string): string {
  return group.search(VARIABLE) >= 0 ? group : group.replace('_', ' ');
}
