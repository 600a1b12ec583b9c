import type { DataLink, Panel } from './panelPipeline';

interface TransformationOptions {
  include?: { names: string[] };
  fields?: Record<string, unknown>;
  sort?: Array<{ field: string }>;
  filters?: Array<{ fieldName: string }>;
  excludeByName?: Record<string, unknown>;
  indexByName?: Record<string, unknown>;
  renameByName?: Record<string, unknown>;
  rowField?: string;
  columnField?: string;
  valueField?: string;
}

/** What a transformation makes itself is no column. */
const MADE = ['arrival'];

/** Columns that queries, transformations and links of a panel name. */
export function columnsNamedIn(panel: Panel): string[] {
  return [
    ...panel.targets.flatMap(({ columns }) => columns ?? []),
    ...panel.transformations.flatMap(({ options }) => fieldNames(options as TransformationOptions)),
    ...linksOf(panel).flatMap(({ url }) =>
      [...url.matchAll(/__data\.fields\["(.+?)"\]/g)].map(([, name = '']) => name)
    ),
  ]
    .map((name) => name.replace(/( \((count|sum|max|last|lastNotNull|delta)\))+$/, ''))
    .filter((name) => !MADE.includes(name));
}

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

function fieldNames(options: TransformationOptions): string[] {
  return [
    ...(options.include?.names ?? []),
    ...(options.sort ?? []).map(({ field }) => field),
    ...(options.filters ?? []).map(({ fieldName }) => fieldName),
    ...[options.rowField, options.columnField, options.valueField].filter((name) => name !== undefined),
    ...[options.fields, options.excludeByName, options.indexByName, options.renameByName].flatMap((byName) =>
      Object.keys(byName ?? {})
    ),
  ];
}
