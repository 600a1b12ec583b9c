import { onUpdateDatasourceSecureJsonDataOption, updateDatasourcePluginResetOption } from '@grafana/data';
import { ConfigSection } from '@grafana/plugin-ui';
import { Field, Input, SecretTextArea, Switch } from '@grafana/ui';

import { t } from '../../locale/t';
import type { XdpSecrets } from '../../settings/secrets';

import { FIELD_WIDTH, withNote, type EditorProps, type SectionProps } from './editing';
import { ListField } from './ListField';

/** Example text of a server's address, in no language. */
const SERVER = 'nats://nats.example.org:4222';
const PREFIX = 'xdplive';
const HOSTS = 'web*\nsite=fra';
const SEED = 'SUA…';
const PEM = '-----BEGIN CERTIFICATE-----';

/** Other machines, whose agents this data source reaches over NATS. */
export function FleetSection({ stored, readOnly, set, server, editor }: SectionProps & { editor: EditorProps }) {
  const allowed = server?.settings.nats_servers.value ?? [];

  return (
    <ConfigSection
      title={t('config.fleet.title', 'Other machines')}
      description={t(
        'config.fleet.description',
        'With a NATS server, this data source has the packets of all machines on which xdplive agent runs, instead of those of the machine that Grafana runs on.'
      )}
      isCollapsible
      isInitiallyOpen={stored.natsServers !== undefined}
    >
      <ListField
        id="xdplive-config-nats-servers"
        label={t('config.nats-servers.label', 'NATS servers')}
        description={withNote(
          t(
            'config.nats-servers.description',
            'Addresses such as nats://host:4222 or tls://host, one a line or between commas. Each has to be among nats_servers in grafana.ini.'
          ),
          server &&
            (allowed.length === 0
              ? t('config.nats-servers.none', 'The administrator allows none now.')
              : t('config.nats-servers.allowed', 'Allowed: {{servers}}.', { servers: allowed.join(', ') }))
        )}
        placeholder={allowed[0] ?? SERVER}
        disabled={readOnly}
        rows={2}
        stored={stored.natsServers}
        onChange={(list) => {
          set('natsServers', list);
        }}
      />
      <ListField
        id="xdplive-config-allowed-hosts"
        label={t('config.allowed-hosts.label', 'Allowed hosts')}
        description={t(
          'config.allowed-hosts.description',
          'Names, patterns (web*, or !web9 for all others) or labels (site=fra), one a line or between commas. None: every machine that the credentials allow.'
        )}
        placeholder={HOSTS}
        disabled={readOnly}
        rows={2}
        stored={stored.allowedHosts}
        onChange={(list) => {
          set('allowedHosts', list);
        }}
      />
      <Field
        label={t('config.nats-prefix.label', 'Subject prefix')}
        description={t('config.nats-prefix.description', 'As the agents have it.')}
        disabled={readOnly}
      >
        <Input
          id="xdplive-config-nats-prefix"
          width={FIELD_WIDTH}
          placeholder={PREFIX}
          value={stored.natsPrefix ?? ''}
          onChange={({ currentTarget: { value } }) => {
            set('natsPrefix', value === '' ? undefined : value);
          }}
        />
      </Field>
      <Field
        label={t('config.nats-client.label', 'Client name')}
        description={t(
          'config.nats-client.description',
          'A part of the subjects on which agents answer, for permissions in the NATS server. None: one is made up.'
        )}
        disabled={readOnly}
      >
        <Input
          id="xdplive-config-nats-client"
          width={FIELD_WIDTH}
          value={stored.natsClient ?? ''}
          onChange={({ currentTarget: { value } }) => {
            set('natsClient', value === '' ? undefined : value);
          }}
        />
      </Field>
      <Field
        label={t('config.nats-tls-first.label', 'TLS first')}
        description={t(
          'config.nats-tls-first.description',
          'For servers with handshake_first: true: nothing is sent before the connection is encrypted.'
        )}
        disabled={readOnly}
      >
        <Switch
          id="xdplive-config-nats-tls-first"
          value={stored.natsTlsFirst ?? false}
          onChange={({ currentTarget: { checked } }) => {
            set('natsTlsFirst', checked || undefined);
          }}
        />
      </Field>
      <Secret
        editor={editor}
        name="natsCredentials"
        label={t('config.nats-credentials.label', 'Credentials')}
        description={t(
          'config.nats-credentials.description',
          "The text of a .creds file, or the seed of a user's nkey, which begins with SU."
        )}
        placeholder={SEED}
      />
      <Secret
        editor={editor}
        name="natsTlsCa"
        label={t('config.nats-tls-ca.label', 'CA certificate')}
        description={t(
          'config.nats-tls-ca.description',
          "In PEM, where the servers' certificates are signed by an authority that the machine does not know."
        )}
        placeholder={PEM}
      />
      <Secret
        editor={editor}
        name="natsTlsCertificate"
        label={t('config.nats-tls-certificate.label', 'Client certificate')}
        description={t('config.nats-tls-certificate.description', 'In PEM, where the servers ask for one.')}
        placeholder={PEM}
      />
      <Secret
        editor={editor}
        name="natsTlsKey"
        label={t('config.nats-tls-key.label', 'Key of the client certificate')}
        description={t('config.nats-tls-key.description', 'In PEM.')}
        placeholder={PEM}
      />
    </ConfigSection>
  );
}

interface SecretProps {
  editor: EditorProps;
  name: keyof XdpSecrets;
  label: string;
  description: string;
  placeholder: string;
}

/** What Grafana keeps encrypted, and never shows again. */
function Secret({ editor, name, label, description, placeholder }: SecretProps) {
  const { secureJsonFields, secureJsonData, readOnly } = editor.options;
  return (
    <Field label={label} description={description} disabled={readOnly}>
      <SecretTextArea
        id={`xdplive-config-${name}`}
        data-testid={`xdplive-config-${name}`}
        cols={FIELD_WIDTH}
        rows={3}
        placeholder={placeholder}
        isConfigured={secureJsonFields[name] === true}
        value={secureJsonData?.[name] ?? ''}
        onChange={onUpdateDatasourceSecureJsonDataOption(editor, name)}
        onReset={() => {
          updateDatasourcePluginResetOption(editor, name);
        }}
      />
    </Field>
  );
}
