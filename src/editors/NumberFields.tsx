import { t } from '../locale/t';
import { isUsed } from '../query/kinds';
import {
  INTERVAL,
  PREFIX_IPV4,
  PREFIX_IPV6,
  ROWS_KEPT,
  TOP,
  type WholeNumberRange,
  type XdpQuery,
} from '../query/model';

import { WholeNumberField } from './WholeNumberField';

interface Props {
  /** What the ids of the fields begin with. */
  id: string;
  query: XdpQuery;
  /** Rows a second that the server and the data source allow. */
  limit: WholeNumberRange;
  onChange: (change: Partial<XdpQuery>) => void;
}

/** The numbers that say something to a query. */
export function NumberFields({ id, query, limit, onChange }: Props) {
  return (
    <>
      {isUsed(query, 'limit') && (
        <WholeNumberField
          id={`${id}-limit`}
          label={t('query-editor.limit.label', 'Rows per second')}
          tooltip={t(
            'query-editor.limit.tooltip',
            'If more packets come, the kernel leaves some of them out. It keeps the first packet of each flow rather than later ones.'
          )}
          testId="xdplive-query-limit"
          range={limit}
          value={query.limit}
          onCommit={(rows) => {
            onChange({ limit: rows });
          }}
        />
      )}
      {isUsed(query, 'top') && (
        <WholeNumberField
          id={`${id}-top`}
          label={t('query-editor.top.label', 'Top')}
          tooltip={t('query-editor.top.tooltip', 'How many are shown one by one, the largest first.')}
          testId="xdplive-query-top"
          range={TOP}
          value={query.top}
          onCommit={(top) => {
            onChange({ top });
          }}
        />
      )}
      {isUsed(query, 'prefixIpv4') && (
        <WholeNumberField
          id={`${id}-prefix-ipv4`}
          label={t('query-editor.prefix-ipv4.label', 'IPv4 prefix')}
          tooltip={t(
            'query-editor.prefix-ipv4.tooltip',
            'Hosts with the same leading bits are shown as one network. 32: each host by itself.'
          )}
          testId="xdplive-query-prefix-ipv4"
          range={PREFIX_IPV4}
          value={query.prefixIpv4}
          onCommit={(prefixIpv4) => {
            onChange({ prefixIpv4 });
          }}
        />
      )}
      {isUsed(query, 'prefixIpv6') && (
        <WholeNumberField
          id={`${id}-prefix-ipv6`}
          label={t('query-editor.prefix-ipv6.label', 'IPv6 prefix')}
          tooltip={t(
            'query-editor.prefix-ipv6.tooltip',
            'Hosts with the same leading bits are shown as one network. 128: each host by itself.'
          )}
          testId="xdplive-query-prefix-ipv6"
          range={PREFIX_IPV6}
          value={query.prefixIpv6}
          onCommit={(prefixIpv6) => {
            onChange({ prefixIpv6 });
          }}
        />
      )}
      {isUsed(query, 'interval') && (
        <WholeNumberField
          id={`${id}-interval`}
          label={t('query-editor.interval.label', 'Interval')}
          tooltip={t(
            'query-editor.interval.tooltip',
            'Time between two points. Panels with the same interval share one stream.'
          )}
          testId="xdplive-query-interval"
          unit="ms"
          range={INTERVAL}
          value={query.interval}
          onCommit={(interval) => {
            onChange({ interval });
          }}
        />
      )}
      {isUsed(query, 'rowsKept') && (
        <WholeNumberField
          id={`${id}-rows-kept`}
          label={t('query-editor.rows-kept.label', 'Rows kept')}
          tooltip={t(
            'query-editor.rows-kept.tooltip',
            "The newest rows that this panel holds. Older ones go, as do those before the dashboard's time range."
          )}
          testId="xdplive-query-rows-kept"
          range={ROWS_KEPT}
          value={query.rowsKept}
          onCommit={(rowsKept) => {
            onChange({ rowsKept });
          }}
        />
      )}
    </>
  );
}
