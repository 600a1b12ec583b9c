import { QUERY_VERSION, type XdpQuery } from './model';

/** Makes of a query as one version saved it what the next one would have saved. */
export type MigrationStep = (query: XdpQuery) => XdpQuery;

/** The first step leads from version 1 to 2, and so on. */
const STEPS: readonly MigrationStep[] = [];

/** A query as this version understands it, whichever saved it. One of a later version stays as it is. */
export function migrateQuery(query: XdpQuery, steps: readonly MigrationStep[] = STEPS): XdpQuery {
  const saved = versionOf(query);
  const due = steps.slice(saved - 1);
  return due.length === 0
    ? query
    : due.reduce((older, step, index) => ({ ...step(older), version: saved + index + 1 }), query);
}

/** Whether a query may hold more than this version understands. */
export function isOfLaterVersion(query: XdpQuery): boolean {
  return versionOf(query) > QUERY_VERSION;
}

/** A dashboard's JSON may hold anything; what is no version counts as none, and queries had none at first. */
function versionOf({ version }: XdpQuery): number {
  return version !== undefined && Number.isInteger(version) && version > 0 ? version : 1;
}
