import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { useState } from 'react';

import { t } from '../locale/t';
import type { Vocabulary } from '../query/completion';
import type { FilterVerdict } from '../query/filterReading';

import { FilterBuilder } from './builder/FilterBuilder';
import { filterHelp } from './filterHelp';
import { FilterMeaning } from './FilterMeaning';
import { FilterText } from './FilterText';
import { FittedField } from './FittedField';
import { FILTER_WIDTH } from './layout';
import { useDraft } from './useDraft';
import { useFilterReading, type ReadFilter } from './useFilterReading';

interface Props {
  id: string;
  value: string;
  /** Whether it chooses among flows, which carry less than packets do. */
  isOfFlows: boolean;
  vocabulary: Vocabulary;
  /** What the back end makes of a filter: give a function that stays the same while the question does. */
  read: ReadFilter;
  /** Somebody begins to type. */
  onFocus: () => void;
  /** Undefined: every packet. */
  onCommit: (filter: string | undefined) => void;
}

function noFilter(): FilterVerdict {
  return { state: 'meaning', meaning: t('filter.every-packet', 'every packet') };
}

type Mode = 'text' | 'menus';

function modes(): Array<{ label: string; value: Mode; description: string }> {
  return [
    {
      label: t('filter.text.label', 'Text'),
      value: 'text',
      description: t('filter.text.description', "In tcpdump's filter language"),
    },
    {
      label: t('filter.menus.label', 'Menus'),
      value: 'menus',
      description: t('filter.menus.description', 'Conditions to choose, which make the same filter'),
    },
  ];
}

/** Which packets a panel shows: in tcpdump's language or in menus that write it, with what it means. */
export function FilterField({ id, value, isOfFlows, vocabulary, read, onFocus, onCommit }: Props) {
  const styles = useStyles2(getStyles);
  const [mode, setMode] = useState<Mode>('text');
  const commit = (filter: string) => {
    if (filter !== value) {
      onCommit(filter === '' ? undefined : filter);
    }
  };
  const draft = useDraft(value, (typed) => {
    commit(typed.trim());
    return true;
  });
  const text = draft.input.value;
  const [cursor, setCursor] = useState<number>();
  const { reading, judged } = useFilterReading(read, text, cursor);
  const verdict = text.trim() === '' ? noFilter() : judged?.verdict;
  const current = judged?.isOld === false ? verdict : undefined;
  const meaningId = `${id}-meaning`;

  return (
    <>
      <FittedField
        label={t('filter.label', 'Filter')}
        width={FILTER_WIDTH}
        grows
        tooltip={filterHelp(isOfFlows)}
        htmlFor={id}
      >
        <div className={mode === 'text' ? styles.text : styles.menus}>
          {mode === 'text' ? (
            <FilterText
              id={id}
              draft={draft}
              vocabulary={vocabulary}
              reading={reading}
              verdict={current}
              isInvalid={verdict?.state === 'fault' || verdict?.state === 'spoiled'}
              meaningId={meaningId}
              onFocus={onFocus}
              onCursor={setCursor}
            />
          ) : (
            <FilterBuilder
              id={id}
              value={value}
              isOfFlows={isOfFlows}
              vocabulary={vocabulary}
              reading={reading}
              verdict={current}
              meaningId={meaningId}
              onFocus={onFocus}
              onCommit={commit}
              onEditAsText={() => {
                setMode('text');
              }}
            />
          )}
          <RadioButtonGroup<Mode>
            // Two groups of one name would be one to the browser, and the field gives its own to all in it.
            id={`${id}-mode`}
            aria-label={t('filter.mode', 'Edit the filter as')}
            options={modes()}
            value={mode}
            onChange={setMode}
          />
        </div>
      </FittedField>
      <div className={styles.meaning}>
        <FilterMeaning
          id={meaningId}
          verdict={verdict}
          isOld={judged?.isOld ?? false}
          onTake={(filter) => {
            draft.settle(filter);
          }}
        />
      </div>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  // In a narrow pane, the switch goes below the text.
  text: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5) }),
  // The conditions need the width.
  menus: css({ display: 'flex', flexDirection: 'column-reverse', alignItems: 'flex-start', gap: theme.spacing(0.5) }),
  // Below the input.
  meaning: css({ flexBasis: '100%' }),
});
