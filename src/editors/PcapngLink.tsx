import type { AdHocVariableFilter, ScopedVars } from '@grafana/data';
import { Trans } from '@grafana/i18n';
import { getTemplateSrv } from '@grafana/runtime';
import { LinkButton } from '@grafana/ui';

import { figure } from '../locale/figures';
import { t } from '../locale/t';
import { adHocFault, withAdHocFilters } from '../query/adHocFilters';
import { interpolateQuery } from '../query/interpolate';
import type { XdpQuery } from '../query/model';
import { FILE_BOUNDS } from '../resources/fileBounds';
import { pcapngUrl } from '../resources/pcapng';

interface Props {
  dataSourceUid: string;
  query: XdpQuery;
  /** The dashboard's ad hoc filters, by which the panel is narrowed as well. */
  adHocFilters: AdHocVariableFilter[] | undefined;
  /** Those that the panel ran with: a panel that is repeated has a value of its own of the variable it is repeated by. */
  scopedVars?: ScopedVars;
}

/** The query's packets as a file that Wireshark opens. It is written while they come. */
export function PcapngLink({ dataSourceUid, query, adHocFilters, scopedVars = {} }: Props) {
  const asked = withAdHocFilters(interpolateQuery(query, getTemplateSrv(), scopedVars), adHocFilters);
  // The panel is not asked then either; the file would have more than what is wanted.
  const fault = adHocFault(query, adHocFilters);
  return (
    <LinkButton
      disabled={fault !== undefined}
      href={fault === undefined ? pcapngUrl(dataSourceUid, asked) : undefined}
      download
      target="_blank"
      icon="download-alt"
      variant="secondary"
      fill="text"
      tooltip={
        fault ??
        t(
          'pcapng.tooltip',
          'The headers of the packets of the next {{seconds}} seconds, {{most}} at most, for Wireshark or tcpdump -r.',
          { seconds: FILE_BOUNDS.seconds, most: figure(FILE_BOUNDS.count) }
        )
      }
      data-testid="xdplive-query-pcapng"
    >
      <Trans i18nKey="pcapng.link">Packets as a pcapng file</Trans>
    </LinkButton>
  );
}
