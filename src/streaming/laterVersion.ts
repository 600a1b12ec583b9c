import type { DataQueryError, DataQueryResponse } from '@grafana/data';

import { t } from '../locale/t';
import { isOfLaterVersion } from '../query/migrate';
import type { XdpQuery } from '../query/model';

import { mapFrames } from './mapFrames';
import { withNotices } from './noticesInOne';

/** Has answers to queries of a later version, and their errors, tell that they are. */
export function tellingLaterVersion(queries: readonly XdpQuery[]) {
  const later = queries.filter(isOfLaterVersion).map(({ refId }) => refId);
  const told = (error: DataQueryError): DataQueryError =>
    later.includes(error.refId ?? '')
      ? {
          ...error,
          message: `${(error.message ?? t('later-version.unknown-error', 'Unknown error')).replace(/\.$/, '')}. ${text()}`,
        }
      : error;
  return (answer: DataQueryResponse): DataQueryResponse =>
    later.length === 0
      ? answer
      : {
          ...mapFrames(answer, (frame) =>
            later.includes(frame.refId ?? '') ? withNotices(frame, [{ severity: 'warning', text: text() }]) : frame
          ),
          ...(answer.errors && { errors: answer.errors.map(told) }),
        };
}

function text(): string {
  return t(
    'later-version.text',
    'This query was saved by a later version of XDP Live, and this version may not understand all of it. Update the plugin.'
  );
}
