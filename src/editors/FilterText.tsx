import { useStyles2 } from '@grafana/ui';
import { useMemo, useRef } from 'react';

import { isComplete, suggestionsAt, type Vocabulary } from '../query/completion';
import type { FilterReading } from '../query/filterReading';
import { highlight, withFault } from '../query/highlight';

import { HighlightedText, textUnderHighlight } from './HighlightedText';
import { SuggestingInput } from './SuggestingInput';
import type { Draft } from './useDraft';

/** What it has at least beside the switch to menus; else that goes below. */
const TEXT_WIDTH = 30;

interface Props {
  id: string;
  draft: Draft;
  vocabulary: Vocabulary;
  /** What the back end makes of the text that stands there. */
  reading: FilterReading | undefined;
  isInvalid: boolean;
  meaningId: string;
  onFocus: () => void;
}

/** A filter as text, in colours. */
export function FilterText({ id, draft, vocabulary, reading, isInvalid, meaningId, onFocus }: Props) {
  const element = useRef<HTMLInputElement>(null);
  const className = useStyles2(textUnderHighlight);
  const text = draft.input.value;
  const tokens = useMemo(() => highlight(text, vocabulary.words), [text, vocabulary.words]);
  const isMarked = reading?.state === 'fault' && !reading.isInterpolated;
  const completer = {
    suggest: (typed: string, cursor: number, isAskedFor: boolean) =>
      suggestionsAt(typed, cursor, vocabulary, isAskedFor),
    isComplete: (typed: string, cursor: number) => isComplete(typed, cursor, vocabulary),
  };

  return (
    <SuggestingInput
      id={id}
      element={element}
      testId="xdplive-query-filter"
      className={className}
      width={TEXT_WIDTH}
      grows
      placeholder="udp port 53 or host 192.0.2.1"
      describedBy={meaningId}
      isInvalid={isInvalid}
      draft={draft}
      completer={completer}
      onFocus={onFocus}
    >
      <HighlightedText input={element} tokens={isMarked ? withFault(tokens, reading.fault) : tokens} />
    </SuggestingInput>
  );
}
