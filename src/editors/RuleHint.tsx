import { Trans } from '@grafana/i18n';
import { Alert } from '@grafana/ui';

import { t } from '../locale/t';

interface Props {
  /** Whether services may see packets, as a setting of the data source says. */
  isAllowed: boolean;
}

/** Reports, before a rule on packets or conversations is saved, that it could never be evaluated. */
export function RuleHint({ isAllowed }: Props) {
  return (
    <Alert severity="warning" title={t('rule.title', 'An alert rule cannot use packets or conversations')}>
      <Trans i18nKey="rule.text">
        A rule compares numbers over time. Packets and conversations are rows of a table, which Grafana does not
        evaluate. Choose Rates or Capture.
      </Trans>{' '}
      {!isAllowed && (
        <Trans i18nKey="rule.not-allowed">
          Besides, Grafana evaluates rules as a service, and the setting Packets for services of this data source is
          off.
        </Trans>
      )}
    </Alert>
  );
}
