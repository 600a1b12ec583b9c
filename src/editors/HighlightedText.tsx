import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useEffect, useLayoutEffect, useRef } from 'react';

import type { HighlightToken } from '../query/highlight';

import type { InputRef } from './inputRef';

interface Props {
  /** Whose text it is; it has the class of {@link textUnderHighlight}. */
  input: InputRef;
  tokens: readonly HighlightToken[];
}

/** The text of an input in colours, exactly over it. For the eye alone: what is read and edited is the input. */
export function HighlightedText({ input, tokens }: Props) {
  const styles = useStyles2(getStyles);
  const text = useRef<HTMLDivElement>(null);
  const follow = () => {
    if (text.current !== null && input.current !== null) {
      text.current.style.transform = `translateX(${-input.current.scrollLeft}px)`;
    }
  };

  // A key can scroll a browser's input without an event of its own before the text is drawn.
  useLayoutEffect(follow);
  useEffect(() => {
    const followed = input.current;
    followed?.addEventListener('scroll', follow);
    return () => {
      followed?.removeEventListener('scroll', follow);
    };
  });

  return (
    <div aria-hidden className={styles.window} data-testid="xdplive-query-filter-highlight">
      <div ref={text} className={styles.text}>
        {tokens.map(({ text: part, class: of, isWrong }, index) => (
          <span key={index} data-class={of} className={cx(of && styles[of], isWrong && styles.wrong)}>
            {/* As an input shows it. */}
            {part.replace(/[\r\n]/g, '')}
          </span>
        ))}
      </div>
    </div>
  );
}

/** How letters stand in the input and over it. */
const metrics = (theme: GrafanaTheme2) => ({
  fontFamily: theme.typography.fontFamilyMonospace,
  fontSize: theme.typography.fontSize,
  fontWeight: theme.typography.fontWeightRegular,
  letterSpacing: 'normal',
  fontVariantLigatures: 'none',
});

/** Class of an input whose text is shown by {@link HighlightedText}: only caret, selection and placeholder are its own. */
export const textUnderHighlight = (theme: GrafanaTheme2) =>
  css({
    input: {
      ...metrics(theme),
      color: 'transparent',
      caretColor: theme.colors.text.primary,
      '&::selection': { color: 'transparent', backgroundColor: theme.colors.primary.borderTransparent },
      // There all text has the system's colour.
      '@media (forced-colors: active)': { color: 'fieldtext' },
    },
  });

const getStyles = (theme: GrafanaTheme2) => ({
  window: css({
    position: 'absolute',
    zIndex: 1,
    inset: 0,
    display: 'flex',
    alignItems: 'center',
    overflow: 'hidden',
    pointerEvents: 'none',
    // Those of the input: its border and padding.
    margin: theme.spacing(0, 1),
    borderInline: '1px solid transparent',
    '@media (forced-colors: active)': { display: 'none' },
  }),
  text: css({
    ...metrics(theme),
    color: theme.colors.text.primary,
    whiteSpace: 'pre',
    lineHeight: theme.typography.body.lineHeight,
  }),
  operator: css({ color: theme.colors.text.secondary }),
  keyword: css({ color: theme.colors.primary.text }),
  value: css({ color: theme.colors.success.text }),
  variable: css({ color: theme.colors.warning.text }),
  unknown: css({ color: theme.colors.text.primary }),
  wrong: css({
    color: theme.colors.error.text,
    textDecoration: `underline wavy ${theme.colors.error.text}`,
    textUnderlineOffset: '2px',
  }),
});
