import type { FilterAnswer, FilterFault } from '../resources/filter';

/** What the back end makes of a filter. */
export type FilterReading =
  | { state: 'meaning'; meaning: string }
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

/** What is answered of `text`, which is what was typed with the values of variables in place. */
export function readingOf(answer: FilterAnswer, typed: string, text: string): FilterReading {
  return 'error' in answer
    ? { state: 'fault', text, fault: answer.error, isInterpolated: text !== typed }
    : { state: 'meaning', meaning: answer.meaning };
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
