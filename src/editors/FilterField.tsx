import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { InlineField, useStyles2 } from '@grafana/ui';

import type { Vocabulary } from '../query/completion';
import type { FilterReading } from '../query/filterReading';

import { filterHelp } from './filterHelp';
import { FilterMeaning } from './FilterMeaning';
import { FilterText } from './FilterText';
import { LABEL_WIDTH } from './layout';
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
  const draft = useDraft(value, (text) => {
    const typed = text.trim();
    if (typed !== value) {
      onCommit(typed === '' ? undefined : typed);
    }
    return true;
  });
  const text = draft.input.value;
  const settled = useFilterReading(read, text);
  const reading = text.trim() === '' ? NO_FILTER : settled?.reading;
  const meaningId = `${id}-meaning`;

  return (
    <>
      <InlineField label="Filter" labelWidth={LABEL_WIDTH} tooltip={filterHelp(isOfFlows)} htmlFor={id}>
        <FilterText
          id={id}
          draft={draft}
          vocabulary={vocabulary}
          reading={settled?.isOld === false ? reading : undefined}
          isInvalid={reading?.state === 'fault' || reading?.state === 'spoiled'}
          meaningId={meaningId}
          onFocus={onFocus}
        />
      </InlineField>
      <div className={styles.meaning}>
        <FilterMeaning id={meaningId} reading={reading} isOld={settled?.isOld ?? false} />
      </div>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  // Below the input, in line with it.
  meaning: css({ flexBasis: '100%', paddingLeft: theme.spacing(LABEL_WIDTH + 0.5), paddingBottom: theme.spacing(0.5) }),
});
