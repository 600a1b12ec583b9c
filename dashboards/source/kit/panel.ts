import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import type { DataTransformerConfig, GridPos, Panel } from '@grafana/grafana-foundation-sdk/dashboard';

import type { Pipeline } from './pipeline';
import { CHOSEN, sameAs, THIS_DASHBOARD, type Query } from './queries';

/** What all of Grafana's builders of panels have in common. */
export interface PanelBuilder extends cog.Builder<Panel> {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  datasource(dataSource: DataSourceRef): this;
  targets(targets: Array<cog.Builder<cog.Dataquery>>): this;
  transformations(transformations: DataTransformerConfig[]): this;
  gridPos(gridPos: GridPos): this;
}

interface Heading {
  /** Never given to another panel: links and reports name a panel by it. */
  id: number;
  title: string;
  /** What is counted, and what is not. */
  description: string;
}

/** Gives a panel its name, and a query for each of its frames. */
export function asking<Of extends PanelBuilder>(
  panel: Of,
  { id, title, description }: Heading,
  queries: ReadonlyArray<Query<string>>,
  pipeline?: Pipeline<string>
): Of {
  return panel
    .id(id)
    .title(title)
    .description(description)
    .datasource(CHOSEN)
    .targets([...queries])
    .transformations([...(pipeline?.steps ?? [])]);
}

/** Gives a panel its name, and what another one asks for. */
export function sharing<Of extends PanelBuilder>(
  panel: Of,
  { id, title, description }: Heading,
  ownerId: number,
  pipeline?: Pipeline<string>
): Of {
  return panel
    .id(id)
    .title(title)
    .description(description)
    .datasource(THIS_DASHBOARD)
    .targets([sameAs(ownerId)])
    .transformations([...(pipeline?.steps ?? [])]);
}
