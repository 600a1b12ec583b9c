import type {
  FilterAnswer,
  FilterExpected,
  FilterFault,
  FilterShape,
  FilterSuggestion,
  TokenClass,
} from '../resources/filter';

/** Whether a filter can be asked, and what it means. */
export type FilterVerdict =
  | {
      state: 'meaning';
      meaning: string;
      /** Why no packet can match it; undefined: one can. */
      contradiction?: string;
    }
  | {
      state: 'fault';
      /** With the values of variables in place; the fault is somewhere in it. */
      text: string;
      fault: FilterFault;
      /** Whether that text is another than what was typed. */
      isInterpolated: boolean;
    }
  /** A variable has a value that cannot be put in. */
  | { state: 'spoiled'; reason: string }
  /** The back end did not say. */
  | { state: 'unknown'; reason: string };

/** A part of a text that was typed. */
export interface TypedToken {
  /** Where it stands, in the units of a string's own. */
  start: number;
  end: number;
  class: TokenClass;
}

/** What could stand at the cursor of a text that was typed. */
export interface TypedExpected extends Pick<FilterExpected, 'whole' | 'kinds' | 'words'> {
  /** The word that it would stand in place of, in the units of a string's own. */
  start: number;
  end: number;
}

/** What the back end makes of a text that was typed. */
export interface FilterReading {
  /** What was asked of. */
  typed: string;
  /** Where the cursor was, if that was asked. */
  cursor?: number;
  verdict: FilterVerdict;
  tokens: TypedToken[];
  expected?: TypedExpected;
  conditions: FilterShape['conditions'];
}

/** What a filter is asked for. */
export interface Typed {
  typed: string;
  cursor?: number;
  /** The same with the values of variables in place. */
  text: string;
  /** Why a variable's value cannot be put in. */
  spoiled?: string;
}

/** What is answered of a text. */
export function readingOf(answer: FilterAnswer, { typed, cursor, text, spoiled }: Typed): FilterReading {
  const places = placesOf(typed);
  const place = (character: number) => places[character] ?? typed.length;
  const { expected } = answer;
  return {
    typed,
    cursor,
    verdict: spoiled === undefined ? verdictOf(answer, typed, text) : { state: 'spoiled', reason: spoiled },
    tokens: answer.tokens.map(({ start, length, class: of }) => ({
      start: place(start),
      end: place(start + length),
      class: of,
    })),
    ...(expected !== null && {
      expected: { ...expected, start: place(expected.start), end: place(expected.start + expected.length) },
    }),
    conditions: answer.conditions,
  };
}

function verdictOf(answer: FilterAnswer, typed: string, text: string): FilterVerdict {
  return 'error' in answer
    ? { state: 'fault', text, fault: answer.error, isInterpolated: text !== typed }
    : {
        state: 'meaning',
        meaning: answer.meaning,
        ...(answer.contradiction !== undefined && { contradiction: answer.contradiction }),
      };
}

/** Where each character begins: the back end counts characters, a browser counts halves of some of them. */
function placesOf(text: string): number[] {
  let place = 0;
  return Array.from(text, (character) => {
    const start = place;
    place += character.length;
    return start;
  });
}

/** Characters in front of a place in a text. */
export function charactersBefore(text: string, place: number): number {
  return Array.from(text.slice(0, place)).length;
}

/** A text in three parts, the middle one being the wrong word; empty where something is missing. */
export interface MarkedFault {
  before: string;
  wrong: string;
  after: string;
}

/** The back end counts characters, a browser counts halves of some of them. */
export function markFault(text: string, { column, length }: Pick<FilterFault, 'column' | 'length'>): MarkedFault {
  const characters = Array.from(text);
  const start = column - 1;
  const end = start + length;
  return {
    before: characters.slice(0, start).join(''),
    wrong: characters.slice(start, end).join(''),
    after: characters.slice(end).join(''),
  };
}

/** Characters of a text that are shown on either side of what is wrong in it. */
const AROUND_FAULT = 120;

/** The same with no more of a long text than what stands around the wrong word. */
export function shortenedFault({ before, wrong, after }: MarkedFault): MarkedFault {
  return {
    before: before.length > AROUND_FAULT ? `…${before.slice(-AROUND_FAULT)}` : before,
    wrong: wrong.length > AROUND_FAULT ? `${wrong.slice(0, AROUND_FAULT)}…` : wrong,
    after: after.length > AROUND_FAULT ? `${after.slice(0, AROUND_FAULT)}…` : after,
  };
}

/** A text with a suggestion taken. */
export function withSuggestion(text: string, suggestion: FilterSuggestion): string {
  const { before, after } = markFault(text, suggestion);
  return before + suggestion.text + after;
}
