import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { InlineField, Input, useStyles2 } from '@grafana/ui';
import { useRef } from 'react';

import type { Vocabulary } from '../query/completion';
import type { FilterReading } from '../query/filterReading';

import { filterHelp } from './filterHelp';
import { FilterMeaning } from './FilterMeaning';
import { LABEL_WIDTH, PICKER_WIDTH } from './layout';
import { optionId, SuggestionList } from './SuggestionList';
import { useCompletion } from './useCompletion';
import { useDraft } from './useDraft';
import { useFilterReading } from './useFilterReading';

interface Props {
  id: string;
  value: string;
  /** Whether it chooses among flows, which carry less than packets do. */
  isOfFlows: boolean;
  vocabulary: Vocabulary;
  /** What the back end makes of a filter: give a function that stays the same while the question does. */
  read: (filter: string) => Promise<FilterReading>;
  /** Somebody begins to type. */
  onFocus: () => void;
  /** Undefined: every packet. */
  onCommit: (filter: string | undefined) => void;
}

const NO_FILTER: FilterReading = { state: 'meaning', meaning: 'every packet' };

/** Which packets a panel shows, in tcpdump's language; with what it means, and what can be typed next. */
export function FilterField({ id, value, isOfFlows, vocabulary, read, onFocus, onCommit }: Props) {
  const styles = useStyles2(getStyles);
  const element = useRef<HTMLInputElement>(null);
  const { input, setDraft } = useDraft(value, (text) => {
    const typed = text.trim();
    if (typed !== value) {
      onCommit(typed === '' ? undefined : typed);
    }
    return true;
  });
  const completion = useCompletion(element, input.value, vocabulary, setDraft);
  const settled = useFilterReading(read, input.value);
  const reading = input.value.trim() === '' ? NO_FILTER : settled?.reading;
  const meaningId = `${id}-meaning`;
  const listId = `${id}-suggestions`;
  const isOpen = completion.suggestions.length > 0;

  return (
    <>
      <InlineField label="Filter" labelWidth={LABEL_WIDTH} tooltip={filterHelp(isOfFlows)} htmlFor={id}>
        <div className={styles.field}>
          <Input
            id={id}
            ref={element}
            data-testid="xdplive-query-filter"
            className={styles.monospaced}
            width={PICKER_WIDTH}
            placeholder="udp port 53 or host 192.0.2.1"
            autoComplete="off"
            spellCheck={false}
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={isOpen}
            aria-controls={isOpen ? listId : undefined}
            aria-activedescendant={
              isOpen && completion.active !== undefined ? optionId(listId, completion.active) : undefined
            }
            aria-describedby={meaningId}
            aria-invalid={reading?.state === 'fault' || reading?.state === 'spoiled'}
            value={input.value}
            onChange={(event) => {
              setDraft(event.currentTarget.value);
              completion.typed();
            }}
            onFocus={onFocus}
            onClick={completion.close}
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
          {isOpen && (
            <SuggestionList
              id={listId}
              suggestions={completion.suggestions}
              active={completion.active}
              onChoose={completion.choose}
            />
          )}
        </div>
      </InlineField>
      <div className={styles.meaning}>
        <FilterMeaning id={meaningId} reading={reading} isOld={settled?.isOld ?? false} />
      </div>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  field: css({ position: 'relative' }),
  monospaced: css({ input: { fontFamily: theme.typography.fontFamilyMonospace } }),
  // Below the input, in line with it.
  meaning: css({ flexBasis: '100%', paddingLeft: theme.spacing(LABEL_WIDTH + 0.5), paddingBottom: theme.spacing(0.5) }),
});
