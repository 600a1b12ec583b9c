import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ConfigSubSection } from '@grafana/plugin-ui';
import { Badge, ClipboardButton, useStyles2, type BadgeColor, type IconName } from '@grafana/ui';

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
        {host !== undefined && !summary.includes(host) && ` The machine is ${host}.`}
      </p>
      <ul aria-label="Checks" className={styles.list}>
        {checks.map((check) => (
          <li key={`${check.name}: ${check.detail}`}>
            <Finding check={check} />
          </li>
        ))}
      </ul>
      {interfaces.length > 0 && (
        <ConfigSubSection
          title={`Interfaces (${interfaces.length})`}
          isCollapsible
          isInitiallyOpen={interfaces.length <= INTERFACES_SHOWN}
        >
          <ul aria-label="Interfaces" className={styles.list}>
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

function Finding({ check: { name, outcome, detail, fix, commands } }: { check: HealthCheck }) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <Badge text={outcome} {...BADGES[outcome]} /> <strong>{name}</strong> {detail}
      {fix !== undefined && <div className={styles.remedy}>Remedy: {fix}</div>}
      {commands.map((command) => (
        <div key={command} className={styles.command}>
          <pre className={styles.text}>{command}</pre>
          <ClipboardButton
            icon="copy"
            variant="secondary"
            size="sm"
            type="button"
            aria-label={`Copy the command ${command}`}
            getText={() => command}
          >
            Copy the command
          </ClipboardButton>
        </div>
      ))}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', display: 'grid', gap: theme.spacing(1), marginBottom: theme.spacing(2) }),
  remedy: css({ marginTop: theme.spacing(0.5) }),
  command: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), marginTop: theme.spacing(0.5) }),
  text: css({ margin: 0, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }),
});
