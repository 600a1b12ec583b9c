import type { DataSourceSettings } from '@grafana/data';

import pluginJson from '../plugin.json';
import type { XdpSettings } from '../settings/model';

/** A data source as the page of its settings has it. */
export function settingsOf(jsonData: XdpSettings, readOnly: boolean): DataSourceSettings<XdpSettings> {
  return {
    id: 1,
    uid: 'uid-1',
    orgId: 1,
    name: pluginJson.name,
    type: pluginJson.id,
    typeName: pluginJson.name,
    typeLogoUrl: '',
    access: 'proxy',
    url: '',
    user: '',
    database: '',
    basicAuth: false,
    basicAuthUser: '',
    isDefault: false,
    secureJsonFields: {},
    withCredentials: false,
    jsonData,
    readOnly,
  };
}
