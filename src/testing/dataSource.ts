import { PluginType, type DataSourceInstanceSettings } from '@grafana/data';

import { XdpDataSource } from '../datasource/XdpDataSource';
import pluginJson from '../../plugin.json';
import type { XdpSettings } from '../settings/model';

import { INTERFACES } from './machine';
import { PACKET_COLUMNS } from './packetColumns';

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

/** A data source whose back end answers from {@link INTERFACES} and {@link PACKET_COLUMNS}. */
export function testDataSource(resources: Record<string, () => unknown> = {}): XdpDataSource {
  const answers: Record<string, () => unknown> = {
    interfaces: () => ({ interfaces: INTERFACES }),
    columns: () => ({ columns: PACKET_COLUMNS }),
    ...resources,
  };
  const dataSource = new XdpDataSource(SETTINGS);
  jest.spyOn(dataSource, 'getResource').mockImplementation((path) => Promise.resolve().then(() => answers[path]?.()));
  return dataSource;
}
