import { Trans } from '@grafana/i18n';
import { Alert } from '@grafana/ui';

import { t } from '../locale/t';

/** Reports, before a rule is saved, that Grafana's scheduler will get nothing of what it asks for. */
export function ServicesHint() {
  return (
    <Alert
      severity="warning"
      title={t('services.title', 'An alert rule gets no packets and no conversations from this data source')}
    >
      <Trans i18nKey="services.text">
        Grafana evaluates rules as a service, not as a person, and services get rates and counters only. Choose Rates or
        Capture, or have an administrator turn on Packets for services in the settings of this data source.
      </Trans>
    </Alert>
  );
}
