import {
  createDataFrame,
  FieldType,
  getFieldDisplayName,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
  type DataFrame,
  type DataTransformerConfig,
} from '@grafana/data';
import { lastValueFrom } from 'rxjs';

import { isOfSeries } from '../query/kinds';
import { TOP, type XdpQuery } from '../query/model';
import { seriesNames } from '../query/seriesNames';
import { wideSeries } from '../streaming/groupedRates';
import { nameSeries } from '../streaming/nameSeries';
import { COLUMNS, FIELD_TYPE } from '../testing/columns';

export interface DataLink {
  title: string;
  url: string;
}

/** Another panel of the dashboard, by its id, where it has one; else a query. */
export type Target = XdpQuery & { panelId?: number };

interface Override {
  matcher: { id: string; options: string };
  properties: Array<{ id: string; value: unknown }>;
}

/** As much of a dashboard's JSON as its checks read. */
export interface Panel {
  id: number;
  type: string;
  title: string;
  description: string;
  datasource: unknown;
  gridPos: { x: number; y: number; w: number; h: number };
  /** As they are saved: of this data source, or another panel's. */
  targets: Target[];
  /** What is asked for in the end. */
  queries: XdpQuery[];
  transformations: DataTransformerConfig[];
  fieldConfig: {
    defaults: { unit?: string; links?: DataLink[] };
    overrides: Override[];
  };
  options: { reduceOptions?: { fields: string; calcs: string[] } };
}

export interface Dashboard {
  uid: string;
  title: string;
  graphTooltip: number;
  tags: string[];
  time: { from: string; to: string };
  refresh: string;
  links: Array<{
    type: string;
    title: string;
    url?: string;
    tags: string[];
    includeVars: boolean;
    keepTime: boolean;
    targetBlank: boolean;
    placement?: string;
  }>;
  templating: { list: Array<{ name: string; type: string; query: string }> };
  panels: Panel[];
}

/** A dashboard's JSON, in which each panel knows what it asks for. */
export function dashboardOf(json: object): Dashboard {
  const dashboard = json as Dashboard;
  const ownerOf = (id: number) => dashboard.panels.find((panel) => panel.id === id);
  return {
    ...dashboard,
    panels: dashboard.panels.map((panel) => ({
      ...panel,
      queries: panel.targets.flatMap((target) =>
        target.panelId === undefined ? [target] : (ownerOf(target.panelId)?.targets ?? [])
      ),
    })),
  };
}

/** A row by the columns that matter to a check; the others are null. Of rates: time, group and value. */
export type Row = Record<string, unknown>;

function frameOf(query: XdpQuery, rows: Row[], seriesName?: string): DataFrame {
  return isOfSeries(query) ? nameSeries(seriesFrame(query, rows), seriesName) : rowsFrame(query, rows);
}

function rowsFrame(query: XdpQuery, rows: Row[]): DataFrame {
  const kind = query.kind ?? 'packets';
  return createDataFrame({
    refId: query.refId,
    fields: (query.columns ?? []).map((name) => {
      const column = COLUMNS[kind].find((known) => known.name === name);
      if (column === undefined) {
        throw new Error(`The query ${query.refId} asks for "${name}", which is no column of ${kind}.`);
      }
      return { name, type: FIELD_TYPE[column.type], values: rows.map((row) => row[name] ?? null) };
    }),
  });
}

function seriesFrame({ refId, groupBy, measure = 'packets', top: asked }: XdpQuery, rows: Row[]): DataFrame {
  const top = typeof asked === 'number' ? asked : TOP.default;
  const times = { name: 'time', type: FieldType.time, values: rows.map(({ time }) => time) };
  const values = { name: measure, type: FieldType.number, values: rows.map(({ value }) => value) };
  if (groupBy === undefined) {
    return createDataFrame({ refId, fields: [times, values] });
  }
  const groups = { name: 'group', type: FieldType.string, values: rows.map(({ group }) => group) };
  const long = createDataFrame({ refId, fields: [times, groups, values] });
  return wideSeries(long, { key: groupBy, measure, top }, { groups: [] }).frame;
}

/** Grafana exports one of its transformations under two names. */
const transformationsById = new Map(Object.values(standardTransformers).map((info) => [info.id, info]));

standardTransformersRegistry.setInit(() =>
  [...transformationsById.values()].map((info) => ({
    id: info.id,
    name: info.name,
    transformation: () => Promise.resolve(info),
    editor: () => null,
    imageDark: '',
    imageLight: '',
  }))
);

/** What a panel draws of these rows: its queries' frames after Grafana's own transformations. */
export function drawn({ queries, transformations }: Panel, rows: Row[]): Promise<DataFrame[]> {
  const names = seriesNames(queries);
  return lastValueFrom(
    transformDataFrame(
      transformations,
      queries.map((query) => frameOf(query, rows, names.get(query.refId)))
    )
  );
}

/** A frame as a table shows it: one object a row, by the columns' headers. */
export function rowsOf(frame: DataFrame | undefined): Row[] {
  return Array.from({ length: frame?.length ?? 0 }, (_, row) =>
    Object.fromEntries(
      (frame?.fields ?? []).map((field) => [getFieldDisplayName(field, frame), field.values[row] as unknown])
    )
  );
}
