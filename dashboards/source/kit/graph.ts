import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

import { UNITS, type Unit } from './units';

/** Lines from zero upwards, the legend below. */
export function lines(unit: Unit): PanelBuilder {
  return bare(unit).min(0).fillOpacity(10);
}

/** Parts of a whole, one above the other. */
export function stacked(unit: Unit): PanelBuilder {
  return bare(unit).min(0).fillOpacity(30).stacking(stacking(common.StackingMode.Normal));
}

/** Parts of a whole, as shares of it. */
export function shares(unit: Unit): PanelBuilder {
  return bare(unit).min(0).lineWidth(0).fillOpacity(60).stacking(stacking(common.StackingMode.Percent));
}

/** What is received above zero, and what is sent below it; the queries are called `in` and `out`. */
export function mirrored(unit: Unit, colors: { in: string; out: string }): PanelBuilder {
  return bare(unit)
    .fillOpacity(20)
    .overrideByQuery('in', [named('received'), fixedColor(colors.in)])
    .overrideByQuery('out', [
      named('sent'),
      fixedColor(colors.out),
      { id: 'custom.transform', value: common.GraphTransform.NegativeY },
    ]);
}

/** A point for each row. */
export function points(): PanelBuilder {
  return new PanelBuilder()
    .drawStyle(common.GraphDrawStyle.Points)
    .showPoints(common.VisibilityMode.Always)
    .pointSize(5)
    .fillOpacity(0)
    .legend(new common.VizLegendOptionsBuilder().showLegend(false))
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Single));
}

/** The legend as a table beside the lines: for groups, whose names and figures are read. */
export function legendBeside(): common.VizLegendOptionsBuilder {
  return new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.Table)
    .placement(common.LegendPlacement.Right)
    .calcs(['lastNotNull', 'mean']);
}

/** For an override, because the unit that comes with rates goes before that of a panel. */
export const RARE: dashboard.DynamicConfigValue = { id: 'unit', value: UNITS.rarePacketsPerSecond };

/** The name of a series in place of that of its query. */
export function named(displayName: string): dashboard.DynamicConfigValue {
  return { id: 'displayName', value: displayName };
}

export function fixedColor(fixed: string): dashboard.DynamicConfigValue {
  return { id: 'color', value: { mode: dashboard.FieldColorModeId.Fixed, fixedColor: fixed } };
}

function bare(unit: Unit): PanelBuilder {
  return (
    new PanelBuilder()
      .unit(unit)
      // Neighbours differ in it; by name, several hosts would have one colour.
      .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.PaletteClassic))
      .lineWidth(1)
      .showPoints(common.VisibilityMode.Auto)
      .pointSize(4)
      .legend(
        new common.VizLegendOptionsBuilder()
          .showLegend(true)
          .displayMode(common.LegendDisplayMode.List)
          .placement(common.LegendPlacement.Bottom)
          .calcs([])
      )
      .tooltip(
        new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending)
      )
  );
}

function stacking(mode: common.StackingMode): common.StackingConfigBuilder {
  return new common.StackingConfigBuilder().mode(mode).group('A');
}
