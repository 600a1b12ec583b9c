/** Widths in Grafana's unit of 8 pixels. Where an editor is narrower, its fields are, too. */
export const PICKER_WIDTH = 48;
export const FILTER_WIDTH = 60;
export const NUMBER_WIDTH = 20;
export const GROUP_WIDTH = 30;
