/** Widths in Grafana's unit of 8 pixels, so that the rows of the query editor line up. */
export const LABEL_WIDTH = 20;
export const PICKER_WIDTH = 60;
export const NUMBER_WIDTH = 16;
export const GROUP_WIDTH = 30;
