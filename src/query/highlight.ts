import type { FilterFault, FilterWord } from '../resources/filter';

import { CONNECTING } from './filterVariables';
import { VARIABLE } from './variables';

/** What a part of a filter is. */
export type TokenKind =
  | 'space'
  /** Joins conditions or compares: `and`, `!=`. */
  | 'operator'
  /** What is asked for: `port`, `tcp`. */
  | 'word'
  /** What it is to be: `443`, `https`. */
  | 'value'
  /** Of Grafana: `$host`. */
  | 'variable'
  /** Nothing of the language. */
  | 'other';

export interface HighlightToken {
  text: string;
  kind: TokenKind;
  isWrong: boolean;
}

/** The first that fits is what a token is; a name is looked up. */
const PATTERNS: ReadonlyArray<[TokenKind | 'name', RegExp]> = [
  ['space', /\s+/uy],
  ['variable', new RegExp(VARIABLE, 'uy')],
  ['operator', /&&|\|\||<<|>>|[!=<>]=?|[()[\]&|+*%^/-]/uy],
  ['name', /\\?[a-z\d:](?:[\w.:]|-(?=[\w.:]))*/iuy],
];

/** The parts of a filter for the eye: every character is in exactly one of them, whatever the text. */
export function highlight(text: string, words: readonly FilterWord[]): HighlightToken[] {
  const asked = new Set(words.filter(({ kind }) => kind === 'keyword' || kind === 'protocol').map((word) => word.text));
  const tokens: HighlightToken[] = [];
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at, asked);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function tokenAt(text: string, at: number, asked: ReadonlySet<string>): HighlightToken {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) {
      return { text: found, kind: kind === 'name' ? kindOf(found, asked) : kind, isWrong: false };
    }
  }
  // Both halves, where a character has two.
  return { text: String.fromCodePoint(text.codePointAt(at) ?? 0), kind: 'other', isWrong: false };
}

function kindOf(name: string, asked: ReadonlySet<string>): TokenKind {
  return CONNECTING.includes(name) ? 'operator' : asked.has(name) ? 'word' : 'value';
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
