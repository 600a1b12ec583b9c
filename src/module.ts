import { DataSourcePlugin } from '@grafana/data';

import { XdpDataSource } from './datasource/XdpDataSource';
import { ConfigEditor } from './editors/ConfigEditor';
import { QueryEditor } from './editors/QueryEditor';
import { QueryEditorHelp } from './editors/QueryEditorHelp';
import type { XdpQuery } from './query/model';
import type { XdpSettings } from './settings/model';

export const plugin = new DataSourcePlugin<XdpDataSource, XdpQuery, XdpSettings>(XdpDataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor)
  .setQueryEditorHelp(QueryEditorHelp);
