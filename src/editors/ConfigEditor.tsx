import { updateDatasourcePluginJsonDataOption, type DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Combobox, Field, FieldSet, Switch, TextArea, type ComboboxOption } from '@grafana/ui';
import { useState } from 'react';

import type { IngressHook, MinimumRole, XdpSettings } from '../settings/model';
import { parsePatterns } from '../settings/patterns';

type Props = DataSourcePluginOptionsEditorProps<XdpSettings>;

const HOOKS: Array<ComboboxOption<IngressHook>> = [
  {
    value: 'auto',
    label: 'Automatic',
    description: 'Native XDP on physical cards that take it, else TCX, else generic XDP',
  },
  {
    value: 'xdp-native',
    label: 'Native XDP',
    description: 'In the driver: the least cost; the driver must support it',
  },
  { value: 'tcx', label: 'TCX', description: 'After the driver, shared with other programs; Linux 6.6 or later' },
  {
    value: 'xdp-generic',
    label: 'Generic XDP',
    description: 'After the driver, on every card; no other XDP program beside it',
  },
];

const ROLES: Array<ComboboxOption<MinimumRole>> = [
  { value: 'Viewer', label: 'Viewer', description: 'Everyone who may query this data source' },
  { value: 'Editor', label: 'Editor' },
  { value: 'Admin', label: 'Admin' },
];

const FIELD_WIDTH = 40;

export function ConfigEditor(props: Props) {
  const { jsonData, readOnly } = props.options;
  /** The text as typed: the list made of it would lose the comma or line break of a pattern yet to come. */
  const [patterns, setPatterns] = useState((jsonData.allowedInterfaces ?? []).join('\n'));

  const set = <K extends keyof XdpSettings>(key: K, value: XdpSettings[K]) => {
    updateDatasourcePluginJsonDataOption(props, key, value);
  };

  return (
    <>
      <FieldSet label="Capture">
        <Field
          label="Hook for incoming packets"
          description="Where in the kernel packets are read. Outgoing packets are always read by TCX."
          disabled={readOnly}
        >
          <Combobox<IngressHook>
            id="xdplive-config-hook"
            data-testid="xdplive-config-hook"
            width={FIELD_WIDTH}
            options={HOOKS}
            value={jsonData.hook ?? 'auto'}
            onChange={({ value }) => {
              set('hook', value);
            }}
          />
        </Field>
        <Field
          label="Show own traffic"
          description="Off: the TCP traffic by which this machine's Grafana delivers what is shown is counted and left out, because each packet shown would bring about more of them. On: it is shown too."
          disabled={readOnly}
        >
          <Switch
            id="xdplive-config-show-own-traffic"
            data-testid="xdplive-config-show-own-traffic"
            value={jsonData.showOwnTraffic ?? false}
            onChange={({ currentTarget: { checked } }) => {
              set('showOwnTraffic', checked);
            }}
          />
        </Field>
      </FieldSet>
      <FieldSet label="Who may see what">
        <Field
          label="Allowed interfaces"
          description="Names or patterns (eth*), one a line or between commas. None: every interface that the server's administrator allows."
          disabled={readOnly}
        >
          <TextArea
            id="xdplive-config-allowed-interfaces"
            data-testid="xdplive-config-allowed-interfaces"
            cols={FIELD_WIDTH}
            rows={3}
            placeholder={'eth0\nwg*'}
            value={patterns}
            onChange={({ currentTarget: { value } }) => {
              setPatterns(value);
              set('allowedInterfaces', parsePatterns(value));
            }}
          />
        </Field>
        <Field
          label="Minimum role"
          description="People below this role in the organisation get nothing from this data source: no packets, no counters, no list of interfaces."
          disabled={readOnly}
        >
          <Combobox<MinimumRole>
            id="xdplive-config-minimum-role"
            data-testid="xdplive-config-minimum-role"
            width={FIELD_WIDTH}
            options={ROLES}
            value={jsonData.minimumRole ?? 'Viewer'}
            onChange={({ value }) => {
              set('minimumRole', value);
            }}
          />
        </Field>
        <Field
          label="Packets for services"
          description="Public dashboards and the alert scheduler ask as a service, not as a person. Off: they get rates and counters only. On: they get packets and their addresses too."
          disabled={readOnly}
        >
          <Switch
            id="xdplive-config-packets-to-services"
            data-testid="xdplive-config-packets-to-services"
            value={jsonData.allowPacketsToServices ?? false}
            onChange={({ currentTarget: { checked } }) => {
              set('allowPacketsToServices', checked);
            }}
          />
        </Field>
      </FieldSet>
    </>
  );
}
