import { updateDatasourcePluginJsonDataOption, type DataSourcePluginOptionsEditorProps } from '@grafana/data';

import type { SettingsResponse } from '../../resources/settings';
import type { XdpSettings } from '../../settings/model';
import type { XdpSecrets } from '../../settings/secrets';

export type EditorProps = DataSourcePluginOptionsEditorProps<XdpSettings, XdpSecrets>;

/** What the parts of the editor share. */
export interface SectionProps {
  stored: XdpSettings;
  /** Everything is: the data source is provisioned. */
  readOnly: boolean;
  set: <K extends keyof XdpSettings>(key: K, value: XdpSettings[K]) => void;
  /** What the server's administrator has set; undefined where that is not known. */
  server: SettingsResponse | undefined;
}

/** Stores settings one by one. */
export function settingsOf(props: EditorProps): Pick<SectionProps, 'stored' | 'readOnly' | 'set'> {
  return {
    stored: props.options.jsonData,
    readOnly: props.options.readOnly,
    set: (key, value) => {
      updateDatasourcePluginJsonDataOption(props, key, value);
    },
  };
}

/** Width of a field, in Grafana's unit of 8 pixels. */
export const FIELD_WIDTH = 40;

/** What a field is, and what the server's administrator has to do with it. */
export function withNote(description: string, note: string | undefined): string {
  return note === undefined || note === '' ? description : `${description} ${note}`;
}
