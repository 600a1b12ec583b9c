import type { HookState } from '../resources/hookState';

import { groupBy } from './grouping';
import { count } from './wording';

/** One direction of an interface that a query asks for. */
export interface AskedHook {
  interface: string;
  direction: string;
  /** Undefined: a back end that does not say. */
  state: HookState | undefined;
  /** Why, in words; null or empty: there is nothing to say. */
  reason: string | null;
}

/** States in which nothing is captured. */
export type LeftOutState = Exclude<HookState, 'attached'>;

/** How many directions of interfaces are in each state, where not all of them are listed. */
export type LeftOutCounts = Partial<Record<LeftOutState, number>>;

/** Interfaces, or directions of them, told one by one. */
const PLACES_SHOWN = 3;

export function isLeftOut({ state }: Pick<AskedHook, 'state'>): boolean {
  return state !== undefined && state !== 'attached';
}

/** In one sentence what is in these states, and why; false: nothing is. */
export function leftOut(
  hooks: AskedHook[],
  states: readonly LeftOutState[],
  counts: LeftOutCounts = {}
): string | false {
  const ways = new Set(hooks.map(({ direction }) => direction)).size || 1;
  const sums = states.flatMap((state) => sumOf(state, hooks, Math.ceil((counts[state] ?? 0) / ways)));
  if (sums.length === 0) {
    return false;
  }
  const places = placesOf(hooks, states);
  const shown = places.slice(0, PLACES_SHOWN).join(', ');
  if (places.length <= PLACES_SHOWN && !sums.some(({ isMore }) => isMore)) {
    return `Left out: ${shown}.`;
  }
  const examples = shown === '' ? '' : `, such as ${shown}`;
  return `Left out: ${sums.map(({ text }) => text).join(', ')}${examples}; the dashboard "Capture health" lists them.`;
}

/** `12 interfaces refused`; where not all of them are listed, there are `least` of them or more. */
function sumOf(state: LeftOutState, hooks: AskedHook[], least: number): Array<{ text: string; isMore: boolean }> {
  const listed = new Set(hooks.filter((hook) => hook.state === state).map((hook) => hook.interface)).size;
  const isMore = least > listed;
  const text = `${isMore ? 'at least ' : ''}${count(Math.max(least, listed), 'interface')} ${state}`;
  return listed === 0 && !isMore ? [] : [{ text, isMore }];
}

/** `eth3 in (refused: not supported there)`; without direction where the same is true of every one that is asked for. */
function placesOf(hooks: AskedHook[], states: readonly HookState[]): string[] {
  return [...groupBy(hooks, (hook) => hook.interface)].flatMap(([name, ofInterface]) => {
    const alike = groupBy(ofInterface, stateOf);
    return [...alike]
      .filter(([, group]) => group.some(({ state }) => state !== undefined && states.includes(state)))
      .map(([state, group]) => {
        const ways = alike.size === 1 ? [] : group.map(({ direction }) => direction);
        return `${[name, ...ways].join(' ')} (${state})`;
      });
  });
}

/** `refused: not supported there; tried again within a minute` */
function stateOf({ state, reason }: AskedHook): string {
  const why = withoutCountdown(reason ?? '').replace(/\.$/, '');
  return [state ?? '', why].filter((part) => part !== '').join(': ');
}

/** `in 40 s` changes each second, for which no panel is to be drawn anew; `within a minute` stays true for a while. */
function withoutCountdown(reason: string): string {
  return reason.replace(/\bin (\d+) s\b/g, (_, seconds: string) => `within ${atMost(Number(seconds))}`);
}

function atMost(seconds: number): string {
  if (seconds <= 10) {
    return '10 s';
  }
  return seconds <= 60 ? 'a minute' : `${Math.ceil(seconds / 60)} minutes`;
}
