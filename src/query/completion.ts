import type { FilterWord } from '../resources/filter';
import type { SeenWhat } from '../resources/seen';

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
  /** Values in packets that panels were sent lately, the most frequent first. */
  seen: Readonly<Record<SeenWhat, Suggestion[]>>;
}

/** What a value can be of. */
export type ValueKind = 'address' | 'service' | 'ip-protocol' | 'ethertype' | 'vlan' | 'code-point';

/** A part of a text. */
interface Word {
  start: number;
  end: number;
  /** What is before the cursor of it. */
  typed: string;
}

type Kind = 'keyword' | 'protocol' | 'number' | ValueKind;

/** Shown at a time; who types on sees the others. */
const MOST = 10;

const INNER = /[\w.:\\-]/;
const TOKENS = /[\w.:\\-]+|&&|\|\||[^\s\w]/g;

/** A number or an address that may be meant as it is, though there are longer ones. */
const WHOLE_VALUE = /^(?:\d+|\d+(?:\.\d+){3}|[\da-f:]*::[\da-f:.]*[\da-f]|[\da-f]+(?::[\da-f]+){7})$/i;

/** What stands behind these words. */
const VALUES: ReadonlyMap<string, ValueKind> = new Map([
  ['port', 'service'],
  ['portrange', 'service'],
  ['host', 'address'],
  ['net', 'address'],
  ['src', 'address'],
  ['dst', 'address'],
  ['proto', 'ip-protocol'],
  ['protochain', 'ip-protocol'],
  ['dscp', 'code-point'],
  ['vlan', 'vlan'],
]);
const SIDES: readonly string[] = ['src', 'dst'];
const ETHERNET: readonly string[] = ['ether', 'link'];
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
  const { kinds, areValues } = expectedBehind(before.match(TOKENS) ?? [], typed !== '');
  if (typed === '' && !areValues && !isAskedFor) {
    return [];
  }
  return kinds.flatMap((kind) => beginningWith(typed, ...sourcesOf(kind, vocabulary))).slice(0, MOST);
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
function sourcesOf(kind: Kind, { words, addresses, seen }: Vocabulary): [Suggestion[], Suggestion[]] {
  const wordsOf = (wanted: FilterWord['kind']) => words.filter((word) => word.kind === wanted);
  const names = (areEthertypes: boolean) =>
    wordsOf('protocol')
      .filter(({ meaning }) => meaning.includes('EtherType') === areEthertypes)
      // By itself such a word is a condition.
      .map(({ text, meaning }) => ({ text: `\\${text}`, meaning }));
  switch (kind) {
    case 'address':
      return [seen.hosts, addresses];
    case 'service':
      return [seen.ports, wordsOf('service')];
    case 'ip-protocol':
      return [seen.protocols, names(false)];
    case 'ethertype':
      return [[], names(true)];
    case 'vlan':
      return [seen.vlans, []];
    default:
      return [[], wordsOf(kind)];
  }
}

/** Each text once, and of each source at least half of what is shown. */
function beginningWith(typed: string, seen: readonly Suggestion[], others: readonly Suggestion[]): Suggestion[] {
  const beginning = plain(typed);
  const begins = ({ text }: Suggestion) => plain(text).startsWith(beginning) && plain(text) !== beginning;
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

/** Whether the word at the cursor is one already, so that leaving the field means no other. */
export function isComplete(text: string, cursor: number, { words }: Vocabulary): boolean {
  const { typed } = wordAt(text, cursor);
  return WHOLE_VALUE.test(typed) || words.some((word) => word.text === typed.toLowerCase());
}

/** What can stand behind these words and signs. */
function expectedBehind(tokens: string[], isBegun: boolean): { kinds: readonly Kind[]; areValues: boolean } {
  const last = tokens.at(-1);
  if (tokens.lastIndexOf('[') > tokens.lastIndexOf(']') || (last && IN_A_COMPARISON.includes(last))) {
    return { kinds: ['number'], areValues: false };
  }
  const head = last === '(' ? tokens.slice(0, -1) : tokens;
  const value = valueBehind(head);
  if (value !== undefined) {
    // Of these, the value can be left out.
    const others: readonly Kind[] =
      value === 'vlan' && isBegun ? CONDITIONS : SIDES.includes(head.at(-1) ?? '') ? ['keyword'] : [];
    return { kinds: [...(value === 'none' ? [] : [value]), ...others], areValues: true };
  }
  if (last === undefined || !BETWEEN_CONDITIONS.includes(last)) {
    return { kinds: CONDITIONS, areValues: false };
  }
  // A value without qualifiers takes those of the one before: `port 80 or 443`.
  const fromTheEnd = [...tokens].reverse().findIndex((token) => token !== 'vlan' && VALUES.has(token));
  const again = fromTheEnd < 0 ? undefined : valueBehind(tokens.slice(0, tokens.length - fromTheEnd));
  return {
    kinds: again === undefined || again === 'none' ? CONDITIONS : [...CONDITIONS, again],
    areValues: false,
  };
}

/** What value stands behind these words; none where it is one that nobody can suggest. */
function valueBehind(tokens: string[]): ValueKind | 'none' | undefined {
  const value = VALUES.get(tokens.at(-1) ?? '');
  const isOfEthernet = tokens.slice(-3, -1).some((token) => ETHERNET.includes(token));
  if (!isOfEthernet || value === undefined) {
    return value;
  }
  return value === 'ip-protocol' ? 'ethertype' : value === 'address' ? 'none' : value;
}
