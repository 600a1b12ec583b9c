import type { DataLink, Panel } from './panelPipeline';

/** Links from values of a panel. */
export function linksOf({ fieldConfig: { defaults, overrides } }: Panel): DataLink[] {
  const ofOverrides = overrides.flatMap(({ properties }) =>
    properties.filter(({ id }) => id === 'links').flatMap(({ value }) => value as DataLink[])
  );
  return [...(defaults.links ?? []), ...ofOverrides];
}

/** Colours that a panel writes in: the figures of a stat, and cells of a table that say so. */
export function textColorsOf({ type, fieldConfig: { defaults, overrides } }: Panel): string[] {
  const inCells = overrides.filter(({ properties }) =>
    properties.some(({ id, value }) => id === 'custom.cellOptions' && (value as { type: string }).type === 'color-text')
  );
  return colorsIn([type === 'stat' ? defaults : {}, inCells]);
}

/** Those that are named anywhere inside. */
function colorsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'string' ? (['color', 'fixedColor'].includes(key) ? [inner] : []) : colorsIn(inner)
  );
}
