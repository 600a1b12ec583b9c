import { directionInWords } from '../locale/direction';
import { figure } from '../locale/figures';
import { t } from '../locale/t';
import { stateInWords, type HookState } from '../resources/hookState';

import { groupBy } from './grouping';

/** One direction of an interface that a query asks for. */
export interface AskedHook {
  /** The machine; null: a back end that does not say. */
  host: string | null;
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

/** How the interfaces of these hooks are called: with their machine, where there are several. */
export function placeOf<Of extends Pick<AskedHook, 'host' | 'interface'>>(hooks: Of[]): (hook: Of) => string {
  const isOneHost = new Set(hooks.map(({ host }) => host)).size <= 1;
  return ({ host, interface: name }) =>
    isOneHost || host === null ? name : t('left-out.of-machine', '{{name}} of {{host}}', { name, host });
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
    return t('left-out.places', 'Left out: {{places}}.', { places: shown });
  }
  const counted = sums.map(({ text }) => text).join(', ');
  return shown === ''
    ? t('left-out.counted', 'Left out: {{counted}}; the dashboard "Capture health" lists them.', { counted })
    : t('left-out.examples', 'Left out: {{counted}}, such as {{places}}; the dashboard "Capture health" lists them.', {
        counted,
        places: shown,
      });
}

/** `12 interfaces refused`; where not all of them are listed, there are `least` of them or more. */
function sumOf(state: LeftOutState, hooks: AskedHook[], least: number): Array<{ text: string; isMore: boolean }> {
  const listed = new Set(hooks.filter((hook) => hook.state === state).map(placeOf(hooks))).size;
  const isMore = least > listed;
  const text = counted(state, Math.max(least, listed));
  return listed === 0 && !isMore
    ? []
    : [{ text: isMore ? t('left-out.at-least', 'at least {{counted}}', { counted: text }) : text, isMore }];
}

function counted(state: LeftOutState, count: number): string {
  switch (state) {
    case 'refused':
      return t('left-out.refused', '{{figure}} interfaces refused', {
        count,
        figure: figure(count),
        defaultValue_one: '{{figure}} interface refused',
      });
    case 'attaching':
      return t('left-out.attaching', '{{figure}} interfaces attaching', {
        count,
        figure: figure(count),
        defaultValue_one: '{{figure}} interface attaching',
      });
    case 'absent':
      return t('left-out.absent', '{{figure}} interfaces absent', {
        count,
        figure: figure(count),
        defaultValue_one: '{{figure}} interface absent',
      });
    case 'unreachable':
      return t('left-out.unreachable', '{{figure}} interfaces unreachable', {
        count,
        figure: figure(count),
        defaultValue_one: '{{figure}} interface unreachable',
      });
  }
}

/** `eth3 in (refused: not supported there)`; without direction where the same is true of every one that is asked for. */
function placesOf(hooks: AskedHook[], states: readonly HookState[]): string[] {
  return [...groupBy(hooks, placeOf(hooks))].flatMap(([name, ofInterface]) => {
    const alike = groupBy(ofInterface, stateOf);
    return [...alike]
      .filter(([, group]) => group.some(({ state }) => state !== undefined && states.includes(state)))
      .map(([state, group]) => {
        const ways = alike.size === 1 ? [] : group.map(({ direction }) => directionInWords(direction));
        return `${[name, ...ways].join(' ')} (${state})`;
      });
  });
}

/** `refused: not supported there; tried again within a minute` */
function stateOf({ state, reason }: AskedHook): string {
  const why = withoutCountdown(reason ?? '').replace(/\.$/, '');
  return [state === undefined ? '' : stateInWords(state), why].filter((part) => part !== '').join(': ');
}

/** The back end's `in 40 s` changes each second, for which no panel is to be drawn anew; `within a minute` stays true for a while. */
function withoutCountdown(reason: string): string {
  return reason.replace(/\bin (\d+) s\b/g, (_, seconds: string) => `within ${atMost(Number(seconds))}`);
}

function atMost(seconds: number): string {
  if (seconds <= 10) {
    return '10 s';
  }
  return seconds <= 60 ? 'a minute' : `${Math.ceil(seconds / 60)} minutes`;
}
