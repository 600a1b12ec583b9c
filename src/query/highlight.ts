import type { FilterFault, TokenClass } from '../resources/filter';

import type { FilterReading, TypedToken } from './filterReading';

/** A part of a filter for the eye. */
export interface HighlightToken {
  text: string;
  /** Undefined where nobody knows yet, and of white space. */
  class: TokenClass | undefined;
  isWrong: boolean;
}

/** What a word stays while letters are added to it, until it is known what it has become. */
const GROWING: readonly TokenClass[] = ['keyword', 'value', 'variable'];

const LETTERS = /^[\p{L}\p{N}]+/u;

/**
 * The parts of a text: every character is in exactly one of them. Where `reading` is of another text, such as the one
 * before a letter was typed, what both have in common keeps its colours, so that nothing flickers.
 */
export function highlight(
  text: string,
  reading: Pick<FilterReading, 'typed' | 'tokens'> | undefined
): HighlightToken[] {
  const tokens = reading === undefined ? [] : carriedOver(reading.tokens, reading.typed, text);
  const parts: HighlightToken[] = [];
  let behind = 0;
  const add = (end: number, of: TokenClass | undefined) => {
    if (end > behind) {
      parts.push({ text: text.slice(behind, end), class: of, isWrong: false });
      behind = end;
    }
  };
  for (const { start, end, class: of } of tokens) {
    add(start, undefined);
    add(end, of);
  }
  add(text.length, undefined);
  return parts;
}

/** Tokens of the text `before` where they stand in the text `after`. */
function carriedOver(tokens: readonly TypedToken[], before: string, after: string): readonly TypedToken[] {
  if (before === after) {
    return tokens;
  }
  const most = Math.min(before.length, after.length);
  let prefix = 0;
  while (prefix < most && before.charAt(prefix) === after.charAt(prefix)) {
    prefix += 1;
  }
  let suffix = 0;
  while (suffix < most - prefix && before.at(-1 - suffix) === after.at(-1 - suffix)) {
    suffix += 1;
  }
  const [behindBefore, behindAfter] = [before.length - suffix, after.length - suffix];
  const letters = LETTERS.exec(after.slice(prefix, behindAfter))?.[0].length ?? 0;
  return tokens.flatMap(({ start, end, class: of }) => {
    const grows = start < prefix && prefix <= end && GROWING.includes(of);
    const parts = [
      { start, end: Math.min(end, prefix) + (grows ? letters : 0), class: of },
      {
        start: Math.max(start, behindBefore) - behindBefore + behindAfter,
        end: end - behindBefore + behindAfter,
        class: of,
      },
    ];
    return [...(start < prefix ? parts.slice(0, 1) : []), ...(end > behindBefore ? parts.slice(1) : [])];
  });
}

/** The same with the wrong word marked, which may be a part of a token or reach over several. */
export function withFault(
  tokens: readonly HighlightToken[],
  { column, length }: Pick<FilterFault, 'column' | 'length'>
): HighlightToken[] {
  const [start, end] = [column - 1, column - 1 + length];
  let before = 0;
  return tokens.flatMap((token) => {
    // The back end counts characters, a browser counts halves of some of them.
    const characters = Array.from(token.text);
    const [from, to] = [start - before, end - before];
    before += characters.length;
    const cut = (first: number, last: number, isWrong: boolean): HighlightToken[] => {
      const text = characters.slice(Math.max(first, 0), Math.max(last, 0)).join('');
      return text === '' ? [] : [{ ...token, text, isWrong }];
    };
    return [...cut(0, from, false), ...cut(from, to, true), ...cut(to, characters.length, false)];
  });
}
