import type { DataQueryError, DataQueryRequest, ScopedVars } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';

import { asTailed } from '../explore/logLines';
import { tailRange } from '../explore/tailRange';
import { adHocFault } from '../query/adHocFilters';
import { filterFault } from '../query/filterVariables';
import { isOfLines, isOfPackets, withoutUnusedKeys } from '../query/kinds';
import { migrateQuery } from '../query/migrate';
import { LINES_KEPT, type XdpQuery } from '../query/model';
import { wellFormed } from '../query/wellFormed';
import { reachesNow } from '../streaming/bounds';

import { isExplore } from './apps';

/** A request of Grafana's, as it is asked and shown here. */
export interface Asked {
  /** With the queries that are sent, whose variables Grafana fills in on the way. */
  request: DataQueryRequest<XdpQuery>;
  /** Queries as they were saved, also those that are not sent. */
  wanted: readonly XdpQuery[];
  /** Queries that are sent, with the values of their variables in place. */
  shownAs: XdpQuery[];
  /** Why the others are not sent. */
  errors: DataQueryError[];
  /** Queries whose packets are shown as lines and nothing else, by refId. */
  lines: ReadonlySet<string>;
  isInExplore: boolean;
  /** Whether Explore looks at a range that is past. */
  isPast: boolean;
}

/**
 * What becomes of a request before it is sent. A query that a variable or an ad hoc filter spoils is not sent. Lines are
 * shown where a query or the panel is for them, and in Explore: of its live tail alone, and of a range that is past beside
 * the table.
 */
export function askedFor(
  grafanas: DataQueryRequest<XdpQuery>,
  interpolate: (query: XdpQuery, scopedVars: ScopedVars) => XdpQuery
): Asked {
  const isTail = grafanas.liveStreaming === true;
  const request = isTail ? { ...grafanas, range: tailRange(grafanas.range) } : grafanas;
  const isInExplore = isExplore(request.app);
  const isPast = isInExplore && !reachesNow(request.range);
  const wanted = request.targets.map((query) => withoutUnusedKeys(migrateQuery(query)));
  const meant = (query: XdpQuery) => wellFormed(interpolate(query, request.scopedVars));
  const isOfPanel = isTail || isForLogs(request);
  const lined = wanted.filter((query) => isOfPackets(query) && (isOfPanel || isOfLines(meant(query))));
  const lines = new Set(lined.map(({ refId }) => refId));
  const whole = wanted.map((query) =>
    lines.has(query.refId) || (isPast && isOfPackets(query)) ? asTailed(query) : query
  );
  const errors = faultsOf({ ...request, targets: whole });
  const targets = whole.filter(({ refId }) => !errors.some((error) => error.refId === refId));
  const shownAs = targets.map(meant).map((query) => (lines.has(query.refId) ? ofLines(query) : query));
  return { request: { ...request, targets }, wanted, shownAs, errors, lines, isInExplore, isPast };
}

/** Scenes do not tell which kind of panel asks; older dashboards do. */
function isForLogs({ panelPluginId }: DataQueryRequest<XdpQuery>): boolean {
  return panelPluginId === 'logs';
}

function ofLines(query: XdpQuery): XdpQuery {
  const { rowsKept } = query;
  return {
    ...query,
    format: 'lines',
    rowsKept: Math.min(typeof rowsKept === 'number' ? rowsKept : LINES_KEPT, LINES_KEPT),
  };
}

function faultsOf({ targets, scopedVars, filters }: DataQueryRequest<XdpQuery>): DataQueryError[] {
  return targets.map(wellFormed).flatMap((query) => {
    const { refId, filter = '' } = query;
    const message = filterFault(filter, getTemplateSrv(), scopedVars) ?? adHocFault(query, filters);
    return message ? [{ refId, message }] : [];
  });
}
