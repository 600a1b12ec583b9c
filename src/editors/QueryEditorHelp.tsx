import { css } from '@emotion/css';
import type { GrafanaTheme2, QueryEditorHelpProps } from '@grafana/data';
import { Trans } from '@grafana/i18n';
import { TextLink, useStyles2 } from '@grafana/ui';

import { t } from '../locale/t';
import { FILTER_EXAMPLES, withExample } from '../query/filterExamples';
import type { XdpQuery } from '../query/model';

/** Filters to begin with. */
export function QueryEditorHelp({ query, onClickExample }: QueryEditorHelpProps<XdpQuery>) {
  const styles = useStyles2(getStyles);
  const title = t('help.title', 'Example filters');
  return (
    <section aria-label={title}>
      <h4>{title}</h4>
      <p>
        <Trans i18nKey="help.filters">
          Filters are written in tcpdump&apos;s language, described in{' '}
          <TextLink href="https://www.tcpdump.org/manpages/pcap-filter.7.html" external inline>
            pcap-filter(7)
          </TextLink>
          . Under the field stands what a filter means. Click one to use it.
        </Trans>
      </p>
      <ul className={styles.list}>
        {FILTER_EXAMPLES.map((example) => (
          <li key={example.filter}>
            <button
              type="button"
              className={styles.filter}
              onClick={() => {
                onClickExample(withExample(query, example));
              }}
            >
              <code>{example.filter}</code>
            </button>
            <div>{example.shows()}</div>
          </li>
        ))}
      </ul>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', display: 'grid', gap: theme.spacing(1) }),
  filter: css({ background: 'none', border: 'none', padding: 0, textAlign: 'left', cursor: 'pointer' }),
});
