import { PluginType, type DataSourceInstanceSettings } from '@grafana/data';

import { XdpDataSource } from '../datasource/XdpDataSource';
import pluginJson from '../../plugin.json';
import type { QueryKind } from '../query/model';
import type { XdpSettings } from '../settings/model';

import { COLUMNS } from './columns';
import { INTERFACES } from './machine';

const SETTINGS: DataSourceInstanceSettings<XdpSettings> = {
  id: 1,
  uid: 'uid-1',
  type: pluginJson.id,
  name: pluginJson.name,
  access: 'proxy',
  readOnly: false,
  jsonData: {},
  meta: {
    id: pluginJson.id,
    name: pluginJson.name,
    type: PluginType.datasource,
    module: '',
    baseUrl: '',
    info: { ...pluginJson.info, links: [], screenshots: [] },
  },
};

type Resource = (parameters?: Record<string, unknown>) => unknown;

/** A data source whose back end answers from {@link INTERFACES} and {@link COLUMNS}. */
export function testDataSource(resources: Record<string, Resource> = {}): XdpDataSource {
  const answers: Record<string, Resource> = {
    interfaces: () => ({ interfaces: INTERFACES }),
    columns: (parameters) => ({ columns: COLUMNS[parameters?.kind as QueryKind] }),
    ...resources,
  };
  const dataSource = new XdpDataSource(SETTINGS);
  jest
    .spyOn(dataSource, 'getResource')
    .mockImplementation((path, parameters) => Promise.resolve().then(() => answers[path]?.(parameters)));
  return dataSource;
}
