import { PluginType, type DataSourceInstanceSettings } from '@grafana/data';

import { XdpDataSource } from '../datasource/XdpDataSource';
import pluginJson from '../../plugin.json';
import type { QueryKind } from '../query/model';
import type { XdpSettings } from '../settings/model';

import { COLUMNS } from './columns';
import { WORDS } from './filterWords';
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

/** A data source whose back end answers from {@link INTERFACES}, {@link COLUMNS} and {@link WORDS}, and has seen nothing. */
export function testDataSource(resources: Record<string, Resource> = {}): XdpDataSource {
  const answers: Record<string, Resource> = {
    interfaces: () => ({ interfaces: INTERFACES }),
    columns: (parameters) => ({ columns: COLUMNS[parameters?.kind as QueryKind] }),
    filter: () => ({ canonical: '', meaning: 'packets of the test', terms: 1 }),
    'filter/words': () => ({ words: WORDS }),
    seen: () => ({ values: [] }),
    ...resources,
  };
  const dataSource = new XdpDataSource(SETTINGS);
  const answer = (path: string, parameters?: Record<string, unknown>) =>
    Promise.resolve().then(() => answers[path]?.(parameters));
  jest.spyOn(dataSource, 'getResource').mockImplementation(answer);
  jest
    .spyOn(dataSource, 'postResource')
    .mockImplementation((path, body) => answer(path, body as Record<string, unknown>));
  return dataSource;
}
