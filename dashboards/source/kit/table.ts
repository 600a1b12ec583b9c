import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';

import type { Pipeline } from './pipeline';
import type { Unit } from './units';

/** How a column is shown. What is not said here comes with the data. */
export interface Column {
  title: string;
  /** Pixels; none: what is left. */
  width?: number;
  unit?: Unit;
  decimals?: number;
  /** The text of cells without a value. */
  empty?: string;
  /** Cells have buttons that add a condition to the dashboard's. */
  canFilter?: boolean;
  properties?: dashboard.DynamicConfigValue[];
}

/** Rows of a pipeline with the columns that are shown, from left to right. */
export interface Table {
  panel: PanelBuilder;
  pipeline: Pipeline<string>;
}

export function tableOf<Field extends string>(
  rows: Pipeline<Field>,
  columns: Partial<Record<Field, Column>>,
  unit?: Unit
): Table {
  const shown = Object.entries(columns) as Array<[Field, Column]>;
  const panel = new PanelBuilder()
    .cellHeight(common.TableCellHeight.Sm)
    .showHeader(true)
    .align(common.FieldTextAlignment.Auto)
    .inspect(false);
  for (const [, column] of shown) {
    const properties = propertiesOf(column);
    if (properties.length > 0) {
      panel.overrideByName(column.title, properties);
    }
  }
  const titles = Object.fromEntries(shown.map(([field, { title }]) => [field, title]));
  return {
    panel: unit === undefined ? panel : panel.unit(unit),
    pipeline: rows.named(titles as Partial<Record<Field, string>>),
  };
}

/** A text, or a colour, in place of values. */
export function mappings(...values: dashboard.ValueMapping[]): dashboard.DynamicConfigValue {
  return { id: 'mappings', value: values };
}

/** A text in place of no value. */
export function textOfNull(text: string, index = 0): dashboard.ValueMapping {
  const match = dashboard.SpecialValueMatch.Null;
  return { type: dashboard.MappingType.SpecialValue, options: { match, result: { text, index } } };
}

/** A bar in each cell, as long as its value is large beside the others of the column. */
export function bars(color: string): dashboard.DynamicConfigValue[] {
  return [
    { id: 'custom.cellOptions', value: { type: common.TableCellDisplayMode.Gauge, mode: 'basic' } },
    { id: 'color', value: { mode: dashboard.FieldColorModeId.Fixed, fixedColor: color } },
    { id: 'min', value: 0 },
  ];
}

/** Red as soon as there is one. */
export function redFromOne(): dashboard.DynamicConfigValue[] {
  const steps = [
    { value: null, color: 'text' },
    { value: 1, color: 'red' },
  ];
  return [
    { id: 'thresholds', value: { mode: dashboard.ThresholdsMode.Absolute, steps } },
    { id: 'color', value: { mode: dashboard.FieldColorModeId.Thresholds } },
    { id: 'custom.cellOptions', value: { type: common.TableCellDisplayMode.ColorText } },
  ];
}

function propertiesOf({ width, unit, decimals, empty, canFilter, properties = [] }: Column) {
  return [
    ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
    ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    ...(empty === undefined ? [] : [mappings(textOfNull(empty))]),
    ...(canFilter === true ? [{ id: 'custom.filterable', value: true }] : []),
    ...properties,
  ];
}
