import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Input, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

import type { InputRef } from './inputRef';
import { optionId, SuggestionList } from './SuggestionList';
import { useCompletion, type Completer } from './useCompletion';
import type { Draft } from './useDraft';

interface Props {
  id: string;
  element: InputRef;
  /** Where no visible label names it. */
  label?: string;
  testId: string;
  className?: string;
  /** In Grafana's unit of 8 pixels; less where there is no room. */
  width: number;
  /** Takes what its row has left. */
  grows?: boolean;
  placeholder: string;
  /** The id of what is said about it. */
  describedBy: string;
  isInvalid: boolean;
  /** Of a menu: a click shows what there is to choose from, and what is chosen is taken at once. */
  isMenu?: boolean;
  draft: Draft;
  completer: Completer;
  onFocus: () => void;
  /** What lies over the input. */
  children?: ReactNode;
}

/** An input for a text of the filter language, with what its words can become. */
export function SuggestingInput({ id, element, draft, completer, children, ...props }: Props) {
  const styles = useStyles2(getStyles, props.width, props.grows ?? false);
  const { input, setDraft } = draft;
  const completion = useCompletion(element, input.value, completer, props.isMenu ? draft.settle : setDraft);
  const listId = `${id}-suggestions`;
  const isOpen = completion.suggestions.length > 0;

  return (
    <div className={styles.field}>
      <Input
        id={id}
        ref={element}
        data-testid={props.testId}
        className={cx(styles.monospaced, props.className)}
        placeholder={props.placeholder}
        autoComplete="off"
        spellCheck={false}
        role="combobox"
        aria-label={props.label}
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={isOpen ? listId : undefined}
        aria-activedescendant={
          isOpen && completion.active !== undefined ? optionId(listId, completion.active) : undefined
        }
        aria-describedby={props.describedBy}
        invalid={props.isInvalid}
        // Which Grafana 12's input does not say by itself.
        aria-invalid={props.isInvalid}
        value={input.value}
        onChange={(event) => {
          setDraft(event.currentTarget.value);
          completion.typed();
        }}
        onFocus={props.onFocus}
        onClick={props.isMenu ? completion.ask : completion.close}
        onBlur={() => {
          completion.close();
          input.onBlur();
        }}
        onKeyDown={(event) => {
          if (completion.takesKey(event)) {
            event.preventDefault();
            event.stopPropagation();
            return;
          }
          if (event.key === 'Enter') {
            completion.close();
          }
          input.onKeyDown(event);
        }}
      />
      {children}
      {isOpen && (
        <SuggestionList
          id={listId}
          suggestions={completion.suggestions}
          active={completion.active}
          onChoose={completion.choose}
        />
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2, width: number, grows: boolean) => ({
  field: css({
    position: 'relative',
    flex: `${grows ? 1 : 0} 1 ${theme.spacing(width)}`,
    minWidth: 0,
    maxWidth: '100%',
  }),
  monospaced: css({ input: { fontFamily: theme.typography.fontFamilyMonospace } }),
});
