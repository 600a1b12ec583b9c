import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { toEachOther } from './links';
import { TAG } from './names';
import type { PanelBuilder } from './panel';
import { variables, type VariableBuilder } from './variables';

/** Raised with each change, so that Grafana offers to import a dashboard again. */
const REVISION = 5;

/** Columns of Grafana's grid. */
const WIDTH = 24;

/** Panels beside each other, each with its width in columns of the grid. */
export interface Row {
  /** In Grafana's units of 30 pixels and a gap. */
  height: number;
  panels: ReadonlyArray<readonly [width: number, panel: PanelBuilder]>;
}

interface Page {
  uid: string;
  title: string;
  description: string;
  /** Where its time range begins; it ends now, so that panels stream. */
  from: string;
  links?: dashboard.DashboardLink[];
  /** What a reader can choose on this dashboard alone. */
  ownVariables?: readonly VariableBuilder[];
  rows: readonly Row[];
}

/** A dashboard with what all of them have in common. */
export function pageOf({
  uid,
  title,
  description,
  from,
  links = [],
  ownVariables = [],
  rows,
}: Page): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .revision(REVISION)
    .tags([TAG])
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from, to: 'now' })
    .refresh('')
    .liveNow(false)
    .version(1)
    .links([toEachOther(), ...links].map((link) => ({ build: () => link })))
    .variables(variables(ownVariables));
  return { ...builder.build(), panels: placed(rows) };
}

/** Row below row, and in each from left to right. */
function placed(rows: readonly Row[]): dashboard.Panel[] {
  let y = 0;
  return rows.flatMap(({ height, panels }) => {
    let x = 0;
    const built = panels.map(([w, panel]) => {
      const gridPos = { x, y, w, h: height };
      x += w;
      return panel.gridPos(gridPos).build();
    });
    if (x !== WIDTH) {
      throw new Error(`A row of panels is ${x} columns wide, and not ${WIDTH}.`);
    }
    y += height;
    return built;
  });
}
