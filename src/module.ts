import { DataSourcePlugin } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';

import pluginJson from './plugin.json';

import { XdpDataSource } from './datasource/XdpDataSource';
import { ConfigEditor } from './editors/ConfigEditor';
import { QueryEditor } from './editors/QueryEditor';
import { QueryEditorHelp } from './editors/QueryEditorHelp';
import type { XdpQuery } from './query/model';
import type { XdpSettings } from './settings/model';

// Grafana has loaded the texts of the user's language, as plugin.json says that they are there.
await initPluginTranslations(pluginJson.id);

export const plugin = new DataSourcePlugin<XdpDataSource, XdpQuery, XdpSettings>(XdpDataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor)
  .setQueryEditorHelp(QueryEditorHelp);
