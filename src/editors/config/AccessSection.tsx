import { ConfigSection } from '@grafana/plugin-ui';
import { Combobox, Field, Switch, type ComboboxOption } from '@grafana/ui';

import { t } from '../../locale/t';
import { interfacesNote } from '../../settings/administrator';
import type { MinimumRole } from '../../settings/model';

import { FIELD_WIDTH, withNote, type SectionProps } from './editing';
import { ListField } from './ListField';
import { MaskField } from './MaskField';

const EXAMPLE = 'eth0\nwg*';

/** Their names are Grafana's own. */
function roles(): Array<ComboboxOption<MinimumRole>> {
  const description = t('config.role.viewer', 'Everyone who may query this data source');
  return [{ value: 'Viewer', description }, { value: 'Editor' }, { value: 'Admin' }];
}

export function AccessSection({ stored, readOnly, set, server }: SectionProps) {
  return (
    <ConfigSection
      title={t('config.access.title', 'Who may see what')}
      description={t(
        'config.access.description',
        "A data source narrows what the server's administrator allows, and never widens it."
      )}
    >
      <ListField
        id="xdplive-config-allowed-interfaces"
        label={t('config.allowed-interfaces.label', 'Allowed interfaces')}
        description={withNote(
          t(
            'config.allowed-interfaces.description',
            "Names, patterns (eth*, or !veth* for all others) or uplinks, one a line or between commas. None: every interface that the server's administrator allows."
          ),
          server && interfacesNote(server)
        )}
        placeholder={EXAMPLE}
        disabled={readOnly}
        rows={3}
        stored={stored.allowedInterfaces}
        onChange={(list) => {
          set('allowedInterfaces', list);
        }}
      />
      <Field
        label={t('config.minimum-role.label', 'Minimum role')}
        description={t(
          'config.minimum-role.description',
          'People below this role in the organisation get nothing from this data source: no packets, no counters, no list of interfaces.'
        )}
        disabled={readOnly}
      >
        <Combobox<MinimumRole>
          id="xdplive-config-minimum-role"
          data-testid="xdplive-config-minimum-role"
          width={FIELD_WIDTH}
          options={roles()}
          value={stored.minimumRole ?? 'Viewer'}
          onChange={({ value }) => {
            set('minimumRole', value);
          }}
        />
      </Field>
      <Field
        label={t('config.packets-to-services.label', 'Packets for services')}
        description={t(
          'config.packets-to-services.description',
          'Public dashboards and the alert scheduler ask as a service, not as a person. Off: they get rates and counters only. On: they get packets, conversations and their addresses too, and so does everybody who has the link to a public dashboard.'
        )}
        disabled={readOnly}
      >
        <Switch
          id="xdplive-config-packets-to-services"
          data-testid="xdplive-config-packets-to-services"
          value={stored.allowPacketsToServices ?? false}
          onChange={({ currentTarget: { checked } }) => {
            set('allowPacketsToServices', checked);
          }}
        />
      </Field>
      <MaskField
        id="xdplive-config-mask-ipv4"
        label={t('config.mask-ipv4.label', 'Leading bits of IPv4 addresses')}
        description={t(
          'config.mask-ipv4.description',
          'How much of an address is shown, in rows, groups, lists of values and files: with 24, 192.0.2.7 is 192.0.2.0. Names of hosts and the second half of Ethernet addresses are not shown then, and filters find networks only. Empty: whole addresses.'
        )}
        bits={32}
        stored={stored.maskIpv4}
        readOnly={readOnly}
        onChange={(length) => {
          set('maskIpv4', length);
        }}
      />
      <MaskField
        id="xdplive-config-mask-ipv6"
        label={t('config.mask-ipv6.label', 'Leading bits of IPv6 addresses')}
        description={t('config.mask-ipv6.description', 'The same for IPv6, such as 56 or 64. Empty: whole addresses.')}
        bits={128}
        stored={stored.maskIpv6}
        readOnly={readOnly}
        onChange={(length) => {
          set('maskIpv6', length);
        }}
      />
    </ConfigSection>
  );
}
