import { css } from '@emotion/css';
import { locationUtil, type GrafanaTheme2 } from '@grafana/data';
import { Trans } from '@grafana/i18n';
import { Alert, TextLink, useStyles2 } from '@grafana/ui';

import pluginJson from '../plugin.json';
import { t } from '../locale/t';
import { loadServerSettings } from '../resources/settings';

import { AccessSection } from './config/AccessSection';
import { AdministratorSection } from './config/AdministratorSection';
import { CaptureSection } from './config/CaptureSection';
import { settingsOf, type EditorProps } from './config/editing';
import { FleetSection } from './config/FleetSection';
import { HealthSection } from './config/HealthSection';
import { useRepeated } from './config/useRepeated';

/** The settings of a data source, with what the server's administrator has fixed, and its health. */
export function ConfigEditor(props: EditorProps) {
  const { uid, version } = props.options;
  const styles = useStyles2(getStyles);
  const [server] = useRepeated(loadServerSettings, uid, version);
  const settings = { ...settingsOf(props), server: server.state === 'loaded' ? server.value : undefined };

  return (
    <div className={styles.sections}>
      <div>
        <p className={styles.about}>
          {server.state === 'loaded'
            ? t(
                'config.about-machine',
                'It shows the packets of the network interfaces of the machine that Grafana runs on (now answering: {{host}}). Every setting has a default that works: nothing has to be set to begin with.',
                { host: server.value.host }
              )
            : t(
                'config.about',
                'It shows the packets of the network interfaces of the machine that Grafana runs on. Every setting has a default that works: nothing has to be set to begin with.'
              )}{' '}
          <TextLink href={locationUtil.assureBaseUrl(`/plugins/${pluginJson.id}`)} external inline>
            {t('config.documentation', 'Documentation')}
          </TextLink>
        </p>
      </div>
      {settings.readOnly && (
        <Alert severity="info" title={t('config.provisioned.title', 'This data source is provisioned')}>
          <Trans i18nKey="config.provisioned.text">
            Its settings can be read here, and changed in the file that it comes from.
          </Trans>
        </Alert>
      )}
      <CaptureSection {...settings} />
      <AccessSection {...settings} />
      <FleetSection {...settings} editor={props} />
      <AdministratorSection server={server} />
      <HealthSection dataSourceUid={uid} version={version} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  sections: css({ display: 'grid', gap: theme.spacing(4) }),
  about: css({ marginTop: theme.spacing(1), color: theme.colors.text.secondary }),
});
