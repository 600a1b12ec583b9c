import { lacksReason, lacksTunnels } from './groups';
import { unusedKeys } from './kinds';
import { isOfLaterVersion } from './migrate';
import type { QueryKind, XdpQuery } from './model';
import { fittingMeasure } from './tcpMeasures';

/** What was chosen for a query and says nothing to it as it is now. */
export interface SetAside {
  /** Columns of one kind mean nothing to another. */
  columns: ReadonlyMap<QueryKind, string[] | undefined>;
  /** These mean the same to every kind that uses them. */
  keys: ReadonlyMap<string, unknown>;
}

export const NOTHING_SET_ASIDE: SetAside = { columns: new Map(), keys: new Map() };

/**
 * The query with a change, as it is saved: what is changed to undefined leaves it, because a dashboard is to hold what was
 * chosen and no more. So do keys that it does not use any more, because alert rules and public dashboards ask for what
 * was saved as it is. These are set aside, and come back with a change that uses them again. Groups by tunnels end where
 * nobody looks into tunnels any more, and groups that a kind does not have with a change of the kind. A measure of TCP comes
 * and goes with groups.
 */
export function changedQuery(
  query: XdpQuery,
  change: Partial<XdpQuery>,
  aside: SetAside
): { changed: XdpQuery; aside: SetAside } {
  const columns = columnsAside(query, change, aside);
  const shown = columns === aside.columns ? {} : { columns: columns.get(change.kind ?? 'packets') };
  const unusedBefore = unusedKeys(query);
  const returning = [...aside.keys].filter(([key]) => unusedBefore.includes(key) && !(key in query));
  const asked: XdpQuery = { ...query, ...Object.fromEntries(returning), ...shown, ...change };
  const lacksGroups = lacksTunnels(asked) || (change.kind !== undefined && lacksReason(asked));
  const fitting = { ...(lacksGroups && { groupBy: undefined }), ...fittingMeasure(asked, change) };
  const chosen = isOfLaterVersion(asked) ? asked : { ...asked, ...fitting };
  const entries: Array<[string, unknown]> = Object.entries(chosen).filter(([, value]) => value !== undefined);
  const left = unusedKeys(chosen);
  return {
    changed: Object.fromEntries(entries.filter(([key]) => !left.includes(key))) as unknown as XdpQuery,
    aside: { columns, keys: new Map(entries.filter(([key]) => left.includes(key))) },
  };
}

/** The columns of each kind that was left; the same map where none is left by this change. */
function columnsAside(query: XdpQuery, change: Partial<XdpQuery>, { columns }: SetAside): SetAside['columns'] {
  const kind = query.kind ?? 'packets';
  return change.kind === undefined || change.kind === kind ? columns : new Map(columns).set(kind, query.columns);
}
