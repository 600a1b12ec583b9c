/** Series of a panel at most, for each group that a query names at a time: those that were largest may change. */
const SERIES_PER_GROUP = 2;

/**
 * Which groups have a series of their own. Where ports or addresses come and go, a time range sees more of them than a
 * person could tell apart or a browser could draw: the groups at its end stay, and of the earlier ones the largest.
 */
export function shownGroups(
  byGroup: ReadonlyMap<string, ReadonlyArray<number | null>>,
  { top, other }: { top: number; other: string }
): string[] {
  const groups = [...byGroup].filter(([group]) => group !== other);
  const most = SERIES_PER_GROUP * top;
  if (groups.length <= most) {
    return [...byGroup.keys()];
  }
  const ranked = groups
    .map(([group, values]) => ({ group, isAtEnd: typeof values.at(-1) === 'number', total: total(values) }))
    .sort((a, b) => Number(b.isAtEnd) - Number(a.isAtEnd) || b.total - a.total);
  const chosen = new Set(ranked.slice(0, most).map(({ group }) => group));
  return [...byGroup.keys()].filter((group) => group === other || chosen.has(group));
}

function total(values: ReadonlyArray<number | null>): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}
