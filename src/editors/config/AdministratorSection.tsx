import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Trans } from '@grafana/i18n';
import { ConfigSection } from '@grafana/plugin-ui';
import { Alert, useStyles2 } from '@grafana/ui';

import { t } from '../../locale/t';
import type { SettingsResponse } from '../../resources/settings';
import { otherSettings } from '../../settings/administrator';
import type { Loaded } from '../useLoaded';

interface Props {
  server: Loaded<SettingsResponse>;
}

/** What is the server administrator's to change, and only he: in grafana.ini. */
export function AdministratorSection({ server }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <ConfigSection
      title={t('config.administrator.title', "Set by the server's administrator")}
      description={t(
        'config.administrator.description',
        'In the section [plugin.xdplive-packets-datasource] of grafana.ini; it holds for every data source.'
      )}
    >
      {server.state === 'failed' && (
        <p role="status">
          {t('config.administrator.failed', 'It could not be looked up: {{reason}}', { reason: server.reason })}
        </p>
      )}
      {server.state === 'loaded' && <Others server={server.value} className={styles.list} />}
    </ConfigSection>
  );
}

function Others({ server, className }: { server: SettingsResponse; className: string }) {
  const others = otherSettings(server);
  return (
    <>
      {server.problems.map((problem) => (
        <Alert
          key={problem}
          severity="warning"
          title={t('config.administrator.problem', '{{problem}}. The default holds.', { problem })}
        />
      ))}
      {others.length === 0 ? (
        <p>
          <Trans i18nKey="config.administrator.nothing">Nothing, apart from what is shown at the settings above.</Trans>
        </p>
      ) : (
        <ul aria-label={t('config.administrator.list', 'Settings in grafana.ini')} className={className}>
          {others.map(({ name, value, meaning }) => (
            <li key={name}>
              <code>
                {name} = {value}
              </code>{' '}
              {meaning}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', display: 'grid', gap: theme.spacing(1) }),
});
