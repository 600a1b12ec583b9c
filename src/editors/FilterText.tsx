import { useStyles2 } from '@grafana/ui';
import { useMemo, useRef } from 'react';

import { expectedAt, isWordOfFilters, suggestionsFor, type Vocabulary } from '../query/completion';
import type { FilterReading, FilterVerdict } from '../query/filterReading';
import { highlight, withFault } from '../query/highlight';

import { HighlightedText, textUnderHighlight } from './HighlightedText';
import { SuggestingInput } from './SuggestingInput';
import type { Completer } from './useCompletion';
import type { Draft } from './useDraft';

const EXAMPLE = 'udp port 53 or host 192.0.2.1';

/** What it has at least beside the switch to menus; else that goes below. */
const TEXT_WIDTH = 30;

interface Props {
  id: string;
  draft: Draft;
  vocabulary: Vocabulary;
  /** What the back end makes of the text, or of the text a moment before. */
  reading: FilterReading | undefined;
  /** What it says of the text that stands there. */
  verdict: FilterVerdict | undefined;
  isInvalid: boolean;
  meaningId: string;
  onFocus: () => void;
  /** Somebody wants to know what can stand there. */
  onCursor: (cursor: number) => void;
}

/** A filter as text, in colours. */
export function FilterText({
  id,
  draft,
  vocabulary,
  reading,
  verdict,
  isInvalid,
  meaningId,
  onFocus,
  onCursor,
}: Props) {
  const element = useRef<HTMLInputElement>(null);
  const className = useStyles2(textUnderHighlight);
  const text = draft.input.value;
  const tokens = useMemo(() => highlight(text, reading), [text, reading]);
  const isMarked = verdict?.state === 'fault' && !verdict.isInterpolated;
  const completer: Completer = {
    offer: (typed, cursor, isAskedFor) => {
      const expected = expectedAt(typed, cursor, reading);
      const word = typed.slice(expected?.start, cursor);
      return (
        expected && {
          place: expected,
          suggestions: suggestionsFor(word, expected, vocabulary, isAskedFor),
          isComplete: expected.whole || isWordOfFilters(word, vocabulary),
        }
      );
    },
    prepare: onCursor,
  };

  return (
    <SuggestingInput
      id={id}
      element={element}
      testId="xdplive-query-filter"
      className={className}
      width={TEXT_WIDTH}
      grows
      placeholder={EXAMPLE}
      describedBy={meaningId}
      isInvalid={isInvalid}
      draft={draft}
      completer={completer}
      onFocus={onFocus}
    >
      <HighlightedText input={element} tokens={isMarked ? withFault(tokens, verdict.fault) : tokens} />
    </SuggestingInput>
  );
}
