import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

import { t } from '../locale/t';
import type { Suggestion } from '../query/completion';

interface Props {
  id: string;
  suggestions: Suggestion[];
  /** Index of the one that the keyboard is at. */
  active: number | undefined;
  onChoose: (suggestion: Suggestion) => void;
}

/** The id of an option, for the field's aria-activedescendant. */
export function optionId(listId: string, index: number): string {
  return `${listId}-${index}`;
}

/** What the word in the field above can become. */
export function SuggestionList({ id, suggestions, active, onChoose }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div id={id} role="listbox" aria-label={t('suggestion.list', 'Suggestions')} className={styles.list}>
      {suggestions.map((suggestion, index) => (
        <div
          key={suggestion.text}
          id={optionId(id, index)}
          role="option"
          aria-selected={index === active}
          className={cx(styles.option, index === active && styles.active)}
          // The field keeps the focus: leaving it would run the query with half a word.
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(suggestion);
          }}
        >
          <span className={styles.text}>{suggestion.text}</span>
          <span className={cx(styles.meaning, index === active && styles.activeMeaning)}>{suggestion.meaning}</span>
        </div>
      ))}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    position: 'absolute',
    zIndex: theme.zIndex.dropdown,
    top: '100%',
    left: 0,
    right: 0,
    marginTop: theme.spacing(0.25),
    background: theme.colors.background.elevated,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    boxShadow: theme.shadows.z2,
    overflow: 'hidden',
  }),
  option: css({
    display: 'flex',
    gap: theme.spacing(2),
    justifyContent: 'space-between',
    padding: theme.spacing(0.5, 1),
    cursor: 'pointer',
    '&:hover': { background: theme.colors.action.hover },
  }),
  active: css({ background: theme.colors.action.selected }),
  text: css({ fontFamily: theme.typography.fontFamilyMonospace }),
  meaning: css({ color: theme.colors.text.secondary, ...theme.typography.bodySmall }),
  // On the colour of what is selected, secondary text is too faint to read.
  activeMeaning: css({ color: theme.colors.text.primary }),
});
