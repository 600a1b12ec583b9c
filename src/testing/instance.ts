import { PluginType, type DataSourceInstanceSettings } from '@grafana/data';

import pluginJson from '../plugin.json';
import type { XdpSettings } from '../settings/model';

/** A data source without a setting, as Grafana hands it to the front end. */
export const INSTANCE: DataSourceInstanceSettings<XdpSettings> = {
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
