import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Trans } from '@grafana/i18n';
import { Button, Icon, useStyles2 } from '@grafana/ui';

import { t } from '../locale/t';
import { markFault, shortenedFault, withSuggestion, type FilterVerdict } from '../query/filterReading';

/** Something to mark where a word is missing. */
const NO_WORD = '\u00a0';

interface Props {
  id: string;
  /** Undefined: nothing is known yet. */
  verdict: FilterVerdict | undefined;
  /** It is about what was in the field before. */
  isOld: boolean;
  /** Somebody takes a suggestion: the whole text that it makes. */
  onTake: (filter: string) => void;
}

/**
 * What a filter means, in plain words, and whether no packet can match it; or what is wrong with it, under the word
 * that is wrong.
 */
export function FilterMeaning({ id, verdict, isOld, onTake }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <div
        id={id}
        role="status"
        data-testid="xdplive-query-filter-meaning"
        aria-busy={isOld}
        className={cx(styles.whole, isOld && styles.old)}
      >
        {verdict !== undefined && <Verdict verdict={verdict} />}
      </div>
      {verdict?.state === 'fault' && !isOld && <Suggestions verdict={verdict} onTake={onTake} />}
    </>
  );
}

interface SuggestionsProps {
  verdict: Extract<FilterVerdict, { state: 'fault' }>;
  onTake: (filter: string) => void;
}

/** What may have been meant, to click. With the values of variables in place, there is no text of somebody's to change. */
function Suggestions({ verdict: { text, fault, isInterpolated }, onTake }: SuggestionsProps) {
  const styles = useStyles2(getStyles);
  const { suggestions = [] } = fault;
  if (suggestions.length === 0) {
    return null;
  }
  return (
    <div className={styles.suggestions}>
      <Trans i18nKey="filter.did-you-mean">Did you mean</Trans>
      {suggestions.map((suggestion) => (
        <Button
          key={suggestion.text}
          size="sm"
          variant="secondary"
          disabled={isInterpolated}
          tooltip={isInterpolated ? t('filter.not-in-variables', 'The text is in the value of a variable.') : undefined}
          aria-label={t('filter.take-suggestion', 'Did you mean {{suggestion}}? Change the filter', {
            suggestion: suggestion.text,
          })}
          // The field keeps the focus, so that the wrong text does not run when it is left.
          onMouseDown={(event) => {
            event.preventDefault();
          }}
          onClick={() => {
            onTake(withSuggestion(text, suggestion));
          }}
        >
          {suggestion.text}
        </Button>
      ))}
    </div>
  );
}

function Verdict({ verdict }: { verdict: FilterVerdict }) {
  const styles = useStyles2(getStyles);
  switch (verdict.state) {
    case 'meaning':
      return (
        <>
          {sentence(verdict.meaning)}
          {verdict.contradiction !== undefined && (
            <div className={styles.warning}>
              <Icon name="exclamation-triangle" size="sm" aria-hidden /> {sentence(verdict.contradiction)}
            </div>
          )}
        </>
      );
    case 'spoiled':
      return <span className={styles.fault}>{sentence(verdict.reason)}</span>;
    case 'unknown':
      return (
        <>
          {t('filter.unknown', 'The meaning of this filter is not available: {{reason}}', { reason: verdict.reason })}
        </>
      );
    case 'fault': {
      const { before, wrong, after } = shortenedFault(markFault(verdict.text, verdict.fault));
      return (
        <>
          {verdict.isInterpolated && (
            <div>
              <Trans i18nKey="filter.interpolated">With the values of its variables in place, the filter reads:</Trans>
            </div>
          )}
          <div className={styles.line}>
            {before}
            <mark className={styles.mark}>{wrong || NO_WORD}</mark>
            {after}
          </div>
          <div className={styles.fault}>{verdict.fault.message}</div>
        </>
      );
    }
  }
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  whole: css({
    color: theme.colors.text.secondary,
    ...theme.typography.bodySmall,
    minHeight: theme.spacing(2.5),
    overflowWrap: 'anywhere',
  }),
  old: css({ opacity: 0.6 }),
  line: css({
    color: theme.colors.text.primary,
    fontFamily: theme.typography.fontFamilyMonospace,
    whiteSpace: 'pre-wrap',
  }),
  mark: css({
    backgroundColor: 'transparent',
    color: theme.colors.error.text,
    padding: 0,
    textDecoration: `underline wavy ${theme.colors.error.text}`,
    textUnderlineOffset: '2px',
  }),
  fault: css({ color: theme.colors.error.text }),
  warning: css({ color: theme.colors.warning.text }),
  suggestions: css({
    ...theme.typography.bodySmall,
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    marginTop: theme.spacing(0.5),
  }),
});
