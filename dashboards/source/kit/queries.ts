import type * as cog from '@grafana/grafana-foundation-sdk/cog';

import { id as pluginId } from '../../../src/plugin.json';
import type { GroupBy, Measure, XdpQuery } from '../../../src/query/model';

import type { ColumnOf } from './columns';
import { DATA_SOURCE, FILTER, INTERFACE, MACHINE } from './names';
import { Pipeline } from './pipeline';

/** The data source that a reader has chosen. */
export const CHOSEN = { type: pluginId, uid: `\${${DATA_SOURCE}}` };

/** The dashboard itself: what one of its panels has already. */
export const THIS_DASHBOARD = { type: 'datasource', uid: '-- Dashboard --' };

/** What tells the queries of one panel apart, and which packets they are about. */
type Scope = Partial<Pick<XdpQuery, 'refId' | 'direction' | 'filter'>>;

/** Packets that the reader's filter wants. */
const WANTED = `$${FILTER}`;

/** Those of them that meet a condition as well. */
export function wantedAnd(condition: string): string {
  return `(${WANTED}) and ${condition}`;
}

/** A question of a panel. Its type knows the fields of the answer. */
export class Query<Field extends string> implements cog.Builder<cog.Dataquery> {
  private readonly asked: XdpQuery;

  constructor({ refId = 'A', direction = 'both', ...rest }: Partial<XdpQuery>) {
    this.asked = {
      refId,
      datasource: CHOSEN,
      interfaces: [`$${INTERFACE}`],
      hosts: [`$${MACHINE}`],
      // Both ways of an interface are in one row.
      ...(rest.kind !== 'interfaces' && { direction }),
      ...rest,
    };
  }

  /** The answer, to be transformed. */
  rows(): Pipeline<Field> {
    return new Pipeline([]);
  }

  build(): cog.Dataquery {
    return target(this.asked);
  }
}

/** A row for each packet. */
export function packets<Column extends ColumnOf<'packets'>>(
  columns: readonly Column[],
  scope: Scope & { rowsKept: number }
): Query<Column> {
  return new Query({ kind: 'packets', filter: WANTED, ...scope, columns: [...columns] });
}

/** How much there is, over time: exact whatever the filter. */
export function rate<Of extends Measure>(measure: Of, scope: Scope & { interval: number }): Query<'time' | Of> {
  return new Query({ kind: 'rates', filter: WANTED, ...scope, measure });
}

/** The same for each group: the `top` largest, and all others as one. Such a filter can ask for what flows know. */
export function rates<Of extends Measure>(
  measure: Of,
  groupBy: GroupBy,
  scope: Scope & { interval: number; top?: number }
): Query<'time' | Of> {
  return new Query({ kind: 'rates', filter: WANTED, top: 10, ...scope, groupBy, measure });
}

/** What was counted in each interval, a row each; of each group, where it is grouped. */
export function counts<Column extends ColumnOf<'rates'>>(
  columns: readonly Column[],
  scope: Scope & { interval: number } & Partial<Pick<XdpQuery, 'groupBy' | 'top'>>
): Query<Column> {
  return new Query({ kind: 'rates', filter: WANTED, ...scope, columns: [...columns] });
}

/** The largest conversations. */
export function conversations<Column extends ColumnOf<'flows'>>(
  columns: readonly Column[],
  scope: Scope & { interval: number; top: number; since: 'interval' | 'start' }
): Query<Column> {
  return new Query({ kind: 'flows', filter: WANTED, ...scope, columns: [...columns] });
}

/** The capture's own counters, of all streams. No filter says anything to them. */
export function capture<Column extends ColumnOf<'capture'>>(
  columns: readonly Column[],
  scope: { interval: number; rowsKept: number }
): Query<Column> {
  return new Query({ kind: 'capture', ...scope, columns: [...columns] });
}

/** What the kernel and the cards count of interfaces. No filter says anything to them. */
export function interfaces<Column extends ColumnOf<'interfaces'>>(
  columns: readonly Column[],
  scope: { interval: number; rowsKept: number }
): Query<Column> {
  return new Query({ kind: 'interfaces', ...scope, columns: [...columns] });
}

/** A row for each packet that the kernel drops. */
export function drops<Column extends ColumnOf<'drops'>>(
  columns: readonly Column[],
  scope: Scope & { rowsKept: number }
): Query<Column> {
  return new Query({ kind: 'drops', filter: WANTED, ...scope, columns: [...columns] });
}

/** How many of them there are for each reason. */
export function reasons(scope: Scope & { interval: number }): Query<'time' | 'packets'> {
  return new Query({ kind: 'drops', filter: WANTED, top: 10, ...scope, groupBy: 'reason' });
}

/** What another panel of the dashboard asks for: it is asked once, and drawn by both. */
export function sameAs(panelId: number): cog.Builder<cog.Dataquery> {
  return { build: () => target({ refId: 'A', datasource: THIS_DASHBOARD, panelId }) };
}

/** The method is a mark for the compiler, and no part of JSON. */
function target(json: object): cog.Dataquery {
  return { ...json, _implementsDataqueryVariant: () => undefined };
}
