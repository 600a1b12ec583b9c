import { Trans } from '@grafana/i18n';
import { Alert } from '@grafana/ui';

import { t } from '../locale/t';
import { isOfPeers, isOfWhatWasSent } from '../query/kinds';
import type { XdpQuery } from '../query/model';

interface Props {
  query: XdpQuery;
  /** Whether services may see packets, as a setting of the data source says. */
  isAllowed: boolean;
}

/** Reports, before a rule is saved, that its query could never be evaluated. */
export function RuleHint({ query, isAllowed }: Props) {
  if (isOfPeers(query) && !isAllowed) {
    return (
      <Alert
        severity="warning"
        title={t('rule.of-peers.title', 'An alert rule may not use groups by address or port here')}
      >
        <Trans i18nKey="rule.of-peers.text">
          Grafana evaluates rules as a service, and such groups report who talks to whom. Turn on the setting Packets
          for services of this data source, or choose another group.
        </Trans>
      </Alert>
    );
  }
  if (!isOfWhatWasSent(query)) {
    return null;
  }
  return (
    <Alert severity="warning" title={t('rule.title', 'An alert rule cannot use packets or conversations')}>
      <Trans i18nKey="rule.text">
        A rule compares numbers over time. Packets and conversations are rows of a table, which Grafana does not
        evaluate. Choose Rates, Capture or Interfaces, or Drops by reason.
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
