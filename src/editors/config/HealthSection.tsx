import { Trans } from '@grafana/i18n';
import { ConfigSection } from '@grafana/plugin-ui';
import { Button } from '@grafana/ui';

import { t } from '../../locale/t';
import { checkHealth } from '../../resources/health';

import { HealthFindings } from './HealthFindings';
import { useRepeated } from './useRepeated';

interface Props {
  dataSourceUid: string;
  /** Counts how often the data source has been saved. */
  version: number | undefined;
}

/** What keeps this machine from showing packets, and the commands that fix it. */
export function HealthSection({ dataSourceUid, version }: Props) {
  const [health, checkAgain] = useRepeated(checkHealth, dataSourceUid, version);
  const isChecking = health.state === 'loading';
  return (
    <ConfigSection
      title={t('config.health.title', 'Health')}
      description={t(
        'config.health.description',
        "What this data source can do on Grafana's machine, with the settings as they were saved last. The check attaches nothing to interfaces."
      )}
    >
      <div aria-live="polite" aria-busy={isChecking}>
        {isChecking && (
          <p>
            <Trans i18nKey="config.health.checking">Looking at the machine…</Trans>
          </p>
        )}
        {health.state === 'failed' && (
          <p role="status">
            {t('config.health.failed', 'The health could not be checked: {{reason}}', { reason: health.reason })}
          </p>
        )}
        {health.state === 'loaded' && <HealthFindings report={health.value} />}
      </div>
      <Button
        variant="secondary"
        icon="heart"
        type="button"
        disabled={isChecking}
        onClick={checkAgain}
        data-testid="xdplive-config-check-now"
      >
        <Trans i18nKey="config.health.check">Check now</Trans>
      </Button>
    </ConfigSection>
  );
}
