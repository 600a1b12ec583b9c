import type { FilterWord, ValueKind } from '../resources/filter';
import type { SeenWhat } from '../resources/seen';

import type { FilterReading, TypedExpected } from './filterReading';

/** What can stand at the cursor. */
export interface Suggestion {
  text: string;
  /** What else it is called: it is found by that, too, and written as its text. */
  name?: string;
  /** In a few words. */
  meaning: string;
}

/** What suggestions are made of. */
export interface Vocabulary {
  words: FilterWord[];
  /** Of the machine's interfaces. */
  addresses: Suggestion[];
  /** Values in packets that panels were sent lately, the most frequent first. */
  seen: Readonly<Record<SeenWhat, Suggestion[]>>;
}

/** A part of a text. */
export interface Place {
  start: number;
  end: number;
}

/** Shown at a time; who types on sees the others. */
const MOST = 10;

/** Values of these kinds are shown before a letter of them is typed. */
const isShownUnasked = (kind: string | undefined) => kind !== undefined && kind !== 'word' && kind !== 'number';

/** A name, which means nothing while a part of it is missing. */
const NAME = /^[a-z-]+$/i;

/**
 * What could stand at the cursor of a text, by a reading of it or of the text before the last letters of this word were
 * typed; undefined where that says nothing about it. Whether the word is whole is guessed then: a number may be meant as
 * it is.
 */
export function expectedAt(
  text: string,
  cursor: number,
  reading: FilterReading | undefined
): TypedExpected | undefined {
  const expected = reading?.expected;
  if (reading === undefined || expected === undefined) {
    return undefined;
  }
  const { typed } = reading;
  if (typed === text && reading.cursor === cursor) {
    return expected;
  }
  // The word has grown or shrunk at its end, and nothing else has changed.
  const end = expected.end + text.length - typed.length;
  const isSame =
    text.slice(0, expected.start) === typed.slice(0, expected.start) && text.slice(end) === typed.slice(expected.end);
  const isWithin = expected.start <= cursor && cursor <= end && !/\s/.test(text.slice(expected.start, end));
  const whole = !NAME.test(text.slice(expected.start, cursor));
  return isSame && isWithin ? { ...expected, end, whole } : undefined;
}

/** Whether a text is a word of the language. */
export function isWordOfFilters(text: string, { words }: Vocabulary): boolean {
  return words.some((word) => word.text === text.toLowerCase());
}

/** The text with `replacement` in place of a part of it, and the cursor behind it. */
export function replacePlace(
  text: string,
  { start, end }: Place,
  replacement: string
): { text: string; cursor: number } {
  return { text: text.slice(0, start) + replacement + text.slice(end), cursor: start + replacement.length };
}

/**
 * What the word at the cursor can become. Where nothing of it is typed yet, only values are suggested, such as services
 * behind `port`, unless `isAskedFor`.
 */
export function suggestionsFor(
  typed: string,
  { kinds, words }: Pick<TypedExpected, 'kinds' | 'words'>,
  vocabulary: Vocabulary,
  isAskedFor = false
): Suggestion[] {
  if (typed === '' && !isAskedFor && !isShownUnasked(kinds[0])) {
    return [];
  }
  const meanings = new Map(vocabulary.words.map(({ text, meaning }) => [text, meaning]));
  const named = words.map((text) => ({ text, meaning: meanings.get(text) ?? '' }));
  return kinds
    .flatMap((kind) => (kind === 'word' ? suggestionsBeginning(typed, named) : valuesOf(kind, typed, vocabulary)))
    .slice(0, MOST);
}

/** Values of a kind that begin with what is typed. */
export function valuesOf(kind: ValueKind, typed: string, vocabulary: Vocabulary): Suggestion[] {
  return beginningWith(typed, ...sourcesOf(kind, vocabulary));
}

/** Those of `suggested` that begin with what is typed. */
export function suggestionsBeginning(typed: string, suggested: readonly Suggestion[]): Suggestion[] {
  return beginningWith(typed, [], suggested);
}

/** What suggestions of a kind are taken from: what was seen, and what there is besides. */
function sourcesOf(kind: ValueKind, { words, addresses, seen }: Vocabulary): [Suggestion[], Suggestion[]] {
  const wordsOf = (wanted: FilterWord['kind']) => words.filter((word) => word.kind === wanted);
  // By itself such a word is a condition.
  const namesOf = (wanted: FilterWord['kind']) =>
    wordsOf(wanted).map(({ text, meaning }) => ({ text: `\\${text}`, meaning }));
  switch (kind) {
    case 'address':
      return [seen.hosts, addresses];
    case 'service':
      return [seen.ports, wordsOf('service')];
    case 'ip-protocol':
      return [seen.protocols, namesOf('protocol')];
    case 'ethertype':
      return [[], namesOf('ethertype')];
    case 'vlan':
      return [seen.vlans, []];
    case 'code-point':
    case 'number':
      return [[], wordsOf(kind)];
  }
}

/** Each text once, and of each source at least half of what is shown. */
function beginningWith(typed: string, seen: readonly Suggestion[], others: readonly Suggestion[]): Suggestion[] {
  const beginning = plain(typed);
  const begins = ({ text, name }: Suggestion) =>
    (plain(text).startsWith(beginning) && plain(text) !== beginning) ||
    (name !== undefined && beginning !== '' && plain(name).startsWith(beginning));
  const [first, second] = [seen.filter(begins), others.filter(begins)];
  const known = new Map(others.map(({ text, meaning }) => [plain(text), meaning]));
  const suggested = new Map<string, Suggestion>();
  for (const { text, meaning } of [...first.slice(0, Math.max(MOST / 2, MOST - second.length)), ...second]) {
    const besides = known.get(plain(text));
    const isSeen = besides !== undefined && besides !== meaning;
    if (!suggested.has(plain(text))) {
      suggested.set(plain(text), { text, meaning: isSeen ? `${meaning}; ${besides}` : meaning });
    }
  }
  return [...suggested.values()].slice(0, MOST);
}

/** `TCP`, `tcp` and `\tcp` are one name. */
function plain(text: string): string {
  return text.replace(/^\\/, '').toLowerCase();
}
