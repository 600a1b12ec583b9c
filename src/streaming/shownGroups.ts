/** Series of a panel at most, for each group that a query names at a time: those that were largest may change. */
const SERIES_PER_GROUP = 2;
/** Part of an interval's sum with which a new group need not wait. */
const MATERIAL = 0.05;
/** Milliseconds for which other new groups may have to wait, and empty series stay. */
const PATIENCE = 60_000;

/** What groups have within a panel's time range. There may be many thousands: one of a kind in an array each. */
export interface GroupSums {
  /** In the order in which they came. */
  groups: readonly string[];
  /** The sum of each. */
  totals: ArrayLike<number>;
  /** The value of each at the end; NaN: it has none there. */
  lasts: ArrayLike<number>;
  /** Where a group is among them; undefined: it has nothing. */
  indexOf: (group: string) => number | undefined;
}

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
export function shownGroups(sums: GroupSums, bounds: Bounds, before: Shown, now: number | undefined): Shown {
  const { groups, since = now } = before;
  const wanted = wantedGroups(sums, bounds);
  const added = wanted.filter((group) => !groups.includes(group));
  const isOver = since === undefined || now === undefined || now - since >= PATIENCE;
  const hasLeft = groups.length + added.length > wanted.length;
  const hasRoom = groups.length + added.length <= SERIES_PER_GROUP * bounds.top + 1;
  if ((isOver && hasLeft) || (!hasRoom && isMaterial(added, sums))) {
    return { groups: [...groups.filter((group) => wanted.includes(group)), ...added], since: now };
  }
  return { groups: hasRoom ? [...groups, ...added] : withOthers(groups, sums, bounds), since };
}

/** Those that wait are others. */
function withOthers(groups: readonly string[], sums: GroupSums, { other }: Bounds): readonly string[] {
  const known = groups.filter((group) => sums.indexOf(group) !== undefined);
  const isWhole = groups.includes(other) || known.length === sums.groups.length;
  return isWhole ? groups : [...groups, other];
}

function wantedGroups(sums: GroupSums, { top, other }: Bounds): string[] {
  const most = SERIES_PER_GROUP * top;
  const otherIndex = sums.indexOf(other);
  // The first of them is the least: there may be very many groups, of which few are wanted.
  const best: number[] = [];
  for (let index = 0; index < sums.groups.length; index += 1) {
    if (index === otherIndex) {
      continue;
    }
    const least = best[0];
    if (best.length < most || (least !== undefined && isBefore(sums, index, least))) {
      const place = best.findIndex((ranked) => isBefore(sums, ranked, index));
      best.splice(place === -1 ? best.length : place, 0, index);
      best.splice(0, Math.max(best.length - most, 0));
    }
  }
  const hasOthers = otherIndex !== undefined || sums.groups.length > most;
  // In the order in which they came.
  const wanted = best.sort((a, b) => a - b).flatMap((index) => sums.groups[index] ?? []);
  return hasOthers ? [...wanted, other] : wanted;
}

/** Whether a group comes before another, which came first: it has a value at the end, or a larger sum. */
function isBefore({ totals, lasts }: GroupSums, some: number, other: number): boolean {
  const isAtEnd = !Number.isNaN(lasts[some]);
  return isAtEnd === !Number.isNaN(lasts[other]) ? (totals[some] ?? 0) > (totals[other] ?? 0) : isAtEnd;
}

/** Whether one of these groups has a part of the last interval that is to be seen at once. */
function isMaterial(groups: readonly string[], { lasts, indexOf }: GroupSums): boolean {
  let all = 0;
  for (let index = 0; index < lasts.length; index += 1) {
    all += lasts[index] || 0;
  }
  const least = MATERIAL * all;
  return groups.some((group) => {
    const index = indexOf(group);
    const last = index === undefined ? NaN : (lasts[index] ?? NaN);
    return last >= least;
  });
}
