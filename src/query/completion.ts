import type { FilterWord } from '../resources/filter';

/** What can stand at the cursor. */
export interface Suggestion {
  text: string;
  /** In a few words. */
  meaning: string;
}

/** What suggestions are made of. */
export interface Vocabulary {
  words: FilterWord[];
  /** Of the machine's interfaces. */
  addresses: Suggestion[];
}

/** A part of a text. */
interface Word {
  start: number;
  end: number;
  /** What is before the cursor of it. */
  typed: string;
}

type Kind = FilterWord['kind'] | 'address';

/** Shown at a time; who types on sees the others. */
const MOST = 10;

const INNER = /[\w.:-]/;
const TOKENS = /[\w.:-]+|&&|\|\||[^\s\w]/g;

/** What stands behind these words. */
const VALUES: ReadonlyMap<string, Kind> = new Map([
  ['port', 'service'],
  ['portrange', 'service'],
  ['host', 'address'],
  ['src', 'address'],
  ['dst', 'address'],
  ['proto', 'protocol'],
  ['protochain', 'protocol'],
  ['dscp', 'code-point'],
]);
const SIDES: readonly string[] = ['src', 'dst'];
const BETWEEN_CONDITIONS: readonly string[] = ['and', 'or', 'not', '&&', '||', '!', '('];
const IN_A_COMPARISON: readonly string[] = ['[', '&', '|', '^', '=', '<', '>', '+', '-', '*', '%'];
const CONDITIONS: readonly Kind[] = ['keyword', 'protocol'];

/** The word at the cursor, which may be empty. */
export function wordAt(text: string, cursor: number): Word {
  let start = cursor;
  while (start > 0 && INNER.test(text.charAt(start - 1))) {
    start -= 1;
  }
  let end = cursor;
  while (end < text.length && INNER.test(text.charAt(end))) {
    end += 1;
  }
  return { start, end, typed: text.slice(start, cursor) };
}

/** The text with `replacement` for the word at the cursor, and the cursor behind it. */
export function replaceWord(text: string, cursor: number, replacement: string): { text: string; cursor: number } {
  const { start, end } = wordAt(text, cursor);
  return { text: text.slice(0, start) + replacement + text.slice(end), cursor: start + replacement.length };
}

/**
 * What the word at the cursor can become. Where nothing of it is typed yet, only values are suggested, such as services
 * behind `port`, unless `isAskedFor`.
 */
export function suggestionsAt(text: string, cursor: number, vocabulary: Vocabulary, isAskedFor = false): Suggestion[] {
  const { start, typed } = wordAt(text, cursor);
  const before = text.slice(0, start);
  // The name of a variable is not of this language.
  if (/\$\{?$/.test(before)) {
    return [];
  }
  const { kinds, areValues } = expectedBehind(before.match(TOKENS) ?? []);
  if (typed === '' && !areValues && !isAskedFor) {
    return [];
  }
  const beginning = typed.toLowerCase();
  return kinds
    .flatMap((kind): Suggestion[] =>
      kind === 'address' ? vocabulary.addresses : vocabulary.words.filter((word) => word.kind === kind)
    )
    .filter((word) => word.text.startsWith(beginning) && word.text !== beginning)
    .slice(0, MOST)
    .map(({ text: suggested, meaning }) => ({ text: suggested, meaning }));
}

/** Whether the word at the cursor is one already, so that leaving the field means no other. */
export function isComplete(text: string, cursor: number, { words }: Vocabulary): boolean {
  const { typed } = wordAt(text, cursor);
  return words.some((word) => word.text === typed.toLowerCase());
}

/** What can stand behind these words and signs. */
function expectedBehind(tokens: string[]): { kinds: readonly Kind[]; areValues: boolean } {
  const last = tokens.at(-1);
  if (tokens.lastIndexOf('[') > tokens.lastIndexOf(']') || (last && IN_A_COMPARISON.includes(last))) {
    return { kinds: ['number'], areValues: false };
  }
  const qualifier = last === '(' ? tokens.at(-2) : last;
  const value = qualifier === undefined ? undefined : VALUES.get(qualifier);
  if (value !== undefined && qualifier !== undefined) {
    return { kinds: SIDES.includes(qualifier) ? [value, 'keyword'] : [value], areValues: true };
  }
  if (last === undefined || !BETWEEN_CONDITIONS.includes(last)) {
    return { kinds: CONDITIONS, areValues: false };
  }
  // A value without qualifiers takes those of the one before: `port 80 or 443`.
  const recent = [...tokens].reverse().find((token) => VALUES.has(token));
  const again = recent === undefined ? undefined : VALUES.get(recent);
  return { kinds: again === undefined ? CONDITIONS : [...new Set([...CONDITIONS, again])], areValues: false };
}
