import readings from '../../testdata/filters/readings.json';
import { readingOf, type FilterReading, type FilterVerdict } from '../query/filterReading';
import type { FilterAnswer, FilterQuestion } from '../resources/filter';

interface Recorded {
  question: FilterQuestion;
  answer: FilterAnswer;
}

/** What is said of a text that the file does not have. */
export const MEANING = 'packets of the test';

const NOTHING_KNOWN: FilterAnswer = {
  canonical: '',
  meaning: MEANING,
  terms: 1,
  tokens: [],
  expected: null,
  conditions: { beyond: 'the test has no answer for it' },
};

/** What the back end answers, as its own tests have recorded it. */
export function recordedAnswer({ typed, cursor }: Partial<FilterQuestion> = {}): FilterAnswer {
  const recorded = (readings as unknown as Recorded[]).filter(({ question }) => question.typed === typed);
  const answer = recorded.find(({ question }) => question.cursor === cursor)?.answer;
  return answer ?? { ...(recorded[0]?.answer ?? NOTHING_KNOWN), expected: null };
}

/** A reading of a text, with another verdict if one is given. */
export function recordedReading(typed: string, cursor?: number, verdict?: FilterVerdict): FilterReading {
  const reading = readingOf(recordedAnswer({ typed, cursor }), { typed, cursor, text: typed });
  return { ...reading, verdict: verdict ?? reading.verdict };
}
