/** Series of a panel at most, for each group that a query names at a time: those that were largest may change. */
const SERIES_PER_GROUP = 2;
/** Part of an interval's sum with which a new group need not wait. */
const MATERIAL = 0.05;
/** Milliseconds for which other new groups may have to wait, and empty series stay. */
const PATIENCE = 60_000;

/** What a group has within a panel's time range. */
export interface GroupSum {
  total: number;
  /** Its value at the end; null: it has none there. */
  last: number | null;
}

/** By group, in the order in which they came. */
export type SumsByGroup = ReadonlyMap<string, GroupSum>;

/** Which groups have a series of their own, and since when: the time of a row, in ms; undefined before there was one. */
export interface Shown {
  groups: readonly string[];
  since?: number;
}

export interface Bounds {
  /** Groups that an interval names at most. */
  top: number;
  /** The group of all that are in no other. */
  other: string;
}

/**
 * Which groups have a series of their own at the time `now` of the last row. Where ports or addresses come and go, a time
 * range sees more of them than a person could tell apart or a browser could draw: those at its end are shown, and of the
 * earlier ones the largest.
 *
 * Nor do they change with every interval then: a graph whose series change is made anew, and Grafana keeps what is left
 * of the last one. What is large is shown at once, and so is what there is room for.
 */
export function shownGroups(byGroup: SumsByGroup, bounds: Bounds, before: Shown, now: number | undefined): Shown {
  const { groups, since = now } = before;
  const wanted = wantedGroups(byGroup, bounds);
  const added = wanted.filter((group) => !groups.includes(group));
  const isOver = since === undefined || now === undefined || now - since >= PATIENCE;
  const hasLeft = groups.length + added.length > wanted.length;
  const hasRoom = groups.length + added.length <= SERIES_PER_GROUP * bounds.top + 1;
  if ((isOver && hasLeft) || (!hasRoom && isMaterial(added, byGroup))) {
    return { groups: [...groups.filter((group) => wanted.includes(group)), ...added], since: now };
  }
  return { groups: hasRoom ? [...groups, ...added] : withOthers(groups, byGroup, bounds), since };
}

/** Those that wait are others. */
function withOthers(groups: readonly string[], byGroup: SumsByGroup, { other }: Bounds): readonly string[] {
  const isWhole = groups.includes(other) || [...byGroup.keys()].every((group) => groups.includes(group));
  return isWhole ? groups : [...groups, other];
}

function wantedGroups(byGroup: SumsByGroup, { top, other }: Bounds): string[] {
  const most = SERIES_PER_GROUP * top;
  // The first of them is the least: there may be very many groups, of which few are wanted.
  const best: Ranked[] = [];
  byGroup.forEach((sum, group) => {
    if (group === other) {
      return;
    }
    const least = best[0];
    if (best.length < most || (least !== undefined && isBefore(sum, least))) {
      const place = best.findIndex((ranked) => isBefore(ranked, sum));
      best.splice(place === -1 ? best.length : place, 0, { ...sum, group });
      best.splice(0, Math.max(best.length - most, 0));
    }
  });
  const chosen = new Set(best.map(({ group }) => group));
  const hasOthers = byGroup.has(other) || byGroup.size > most;
  const wanted: string[] = [];
  // In the order in which they came.
  byGroup.forEach((_, group) => {
    if (chosen.has(group)) {
      wanted.push(group);
    }
  });
  return hasOthers ? [...wanted, other] : wanted;
}

interface Ranked extends GroupSum {
  group: string;
}

/** Whether a group comes before another, which came first: it has a value at the end, or a larger sum. */
function isBefore(some: GroupSum, other: GroupSum): boolean {
  const isAtEnd = some.last !== null;
  return isAtEnd === (other.last !== null) ? some.total > other.total : isAtEnd;
}

/** Whether one of these groups has a part of the last interval that is to be seen at once. */
function isMaterial(groups: readonly string[], byGroup: SumsByGroup): boolean {
  let all = 0;
  byGroup.forEach(({ last }) => {
    all += last ?? 0;
  });
  const least = MATERIAL * all;
  return groups.some((group) => {
    const last = byGroup.get(group)?.last ?? null;
    return last !== null && last >= least;
  });
}
