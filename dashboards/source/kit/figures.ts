import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';

import type { Unit } from './units';

/** Where a figure becomes a warning, and in which colour. */
interface Step {
  from: number;
  color: string;
}

/** A figure of each field whose name fits the pattern, made of all its values. */
export function figures(unit: Unit, reducer: 'sum' | 'max' | 'lastNotNull', pattern: string): PanelBuilder {
  return new PanelBuilder()
    .unit(unit)
    .reduceOptions(new common.ReduceDataOptionsBuilder().values(false).calcs([reducer]).fields(`/${pattern}/`))
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .justifyMode(common.BigValueJustifyMode.Auto)
    .textMode(common.BigValueTextMode.Auto)
    .wideLayout(true);
}

/** A colour that says nothing but that it is a figure. */
export function plain(): dashboard.FieldColorBuilder {
  return new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Fixed).fixedColor('blue');
}

export function byThreshold(): dashboard.FieldColorBuilder {
  return new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds);
}

/** One colour below all steps, and that of each step from there on. */
export function thresholds(color: string, ...steps: Step[]): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color }, ...steps.map((step) => ({ value: step.from, color: step.color }))]);
}
