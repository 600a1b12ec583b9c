import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Trans } from '@grafana/i18n';
import { ConfigSubSection } from '@grafana/plugin-ui';
import { Badge, ClipboardButton, useStyles2, type BadgeColor, type IconName } from '@grafana/ui';

import { figure } from '../../locale/figures';
import { t } from '../../locale/t';
import { describeHooks, type HealthCheck, type HealthReport, type Outcome } from '../../resources/healthReport';

const BADGES: Record<Outcome, { color: BadgeColor; icon: IconName }> = {
  ok: { color: 'green', icon: 'check' },
  warning: { color: 'orange', icon: 'exclamation-triangle' },
  failed: { color: 'red', icon: 'exclamation-circle' },
};

/** Interfaces that are listed without being asked for; there may be hundreds of containers. */
const INTERFACES_SHOWN = 5;

export function HealthFindings({ report }: { report: HealthReport }) {
  const { summary, host, checks, interfaces } = report;
  const styles = useStyles2(getStyles);
  return (
    <>
      <p>
        <strong>{summary}</strong>
        {host !== undefined &&
          !summary.includes(host) &&
          ` ${t('health.machine', 'The machine is {{host}}.', { host })}`}
      </p>
      <ul aria-label={t('health.checks', 'Checks')} className={styles.list}>
        {checks.map((check) => (
          <li key={`${check.name}: ${check.detail}`}>
            <Finding check={check} />
          </li>
        ))}
      </ul>
      {interfaces.length > 0 && (
        <ConfigSubSection
          title={t('health.interfaces-title', 'Interfaces ({{figure}})', { figure: figure(interfaces.length) })}
          isCollapsible
          isInitiallyOpen={interfaces.length <= INTERFACES_SHOWN}
        >
          <ul aria-label={t('health.interfaces', 'Interfaces')} className={styles.list}>
            {interfaces.map((one) => (
              <li key={one.name}>
                <strong>{one.name}</strong> {describeHooks(one)}
              </li>
            ))}
          </ul>
        </ConfigSubSection>
      )}
    </>
  );
}

function inWords(outcome: Outcome): string {
  switch (outcome) {
    case 'ok':
      return t('health.ok', 'ok');
    case 'warning':
      return t('health.warning', 'warning');
    case 'failed':
      return t('health.outcome-failed', 'failed');
  }
}

function Finding({ check: { name, outcome, detail, fix, commands } }: { check: HealthCheck }) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <Badge text={inWords(outcome)} {...BADGES[outcome]} /> <strong>{name}</strong> {detail}
      {fix !== undefined && <div className={styles.fix}>{t('health.fix', 'What to do: {{fix}}', { fix })}</div>}
      {commands.map((command) => (
        <div key={command} className={styles.command}>
          <pre className={styles.text}>{command}</pre>
          <ClipboardButton
            icon="copy"
            variant="secondary"
            size="sm"
            type="button"
            aria-label={t('health.copy-command', 'Copy the command {{command}}', { command })}
            getText={() => command}
          >
            <Trans i18nKey="health.copy">Copy the command</Trans>
          </ClipboardButton>
        </div>
      ))}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', display: 'grid', gap: theme.spacing(1), marginBottom: theme.spacing(2) }),
  fix: css({ marginTop: theme.spacing(0.5) }),
  command: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), marginTop: theme.spacing(0.5) }),
  text: css({ margin: 0, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }),
});
