import { NOTHING_SEEN, WORDS } from '../testing/filterWords';

import { expectedAt, isWordOfFilters, replacePlace, suggestionsFor, valuesOf, type Vocabulary } from './completion';
import type { FilterReading, TypedExpected } from './filterReading';

const VOCABULARY: Vocabulary = {
  words: WORDS,
  addresses: [
    { text: '192.0.2.2', meaning: 'address of eth0' },
    { text: '::1', meaning: 'address of lo' },
  ],
  seen: NOTHING_SEEN,
};

const SEEN: Vocabulary = {
  ...VOCABULARY,
  seen: {
    hosts: [
      { text: '198.51.100.7', meaning: 'seen, 1,234 packets' },
      { text: '192.0.2.2', meaning: 'seen, 12 packets' },
    ],
    ports: [
      { text: '443', meaning: 'seen, 9 packets' },
      { text: '4430', meaning: 'seen, 8 packets' },
    ],
    vlans: [{ text: '40', meaning: 'seen, 7 packets' }],
    protocols: [
      { text: 'IPv6-ICMP', meaning: 'seen, 6 packets' },
      { text: 'TCP', meaning: 'seen, 5 packets' },
    ],
  },
};

type Kinds = TypedExpected['kinds'];

const CONDITIONS = ['host', 'net', 'port', 'portrange', 'src', 'tcp', 'udp', 'arp'];

const suggested = (typed: string, kinds: Kinds, words: string[], vocabulary = VOCABULARY, isAskedFor = false) =>
  suggestionsFor(typed, { kinds, words }, vocabulary, isAskedFor).map(({ text }) => text);

it.each<[string, Kinds, string[]]>([
  ['h', ['word'], ['host']],
  ['PO', ['word'], ['port', 'portrange']],
  ['port', ['word'], ['portrange']],
  ['xyz', ['word'], []],
  // Values are shown before a letter is typed, where nothing else is more likely meant.
  ['', ['word'], []],
  ['', ['service'], ['http', 'https', 'ssdp']],
  ['', ['address', 'word'], ['192.0.2.2', '::1', ...CONDITIONS]],
  ['', ['word', 'service'], []],
  ['', ['number'], []],
  ['h', ['word', 'service'], ['host', 'http', 'https']],
  ['19', ['address'], ['192.0.2.2']],
  ['192.0.2.2', ['address'], []],
  ['', ['code-point'], ['ef']],
  // By themselves these words are conditions, and a value needs the backslash.
  ['', ['ip-protocol'], ['\\tcp', '\\udp']],
  ['t', ['ip-protocol'], ['\\tcp']],
  ['\\t', ['ip-protocol'], ['\\tcp']],
  ['', ['ethertype'], ['\\arp']],
  ['', ['vlan'], []],
  ['tcp-', ['number'], ['tcp-syn']],
  ['a', [], []],
])('suggests for "%s" of %j %j', (typed, kinds, expected) => {
  expect(suggested(typed, kinds, CONDITIONS)).toEqual(expected);
});

it('suggests what can begin where nothing is typed, if asked, and no more than ten', () => {
  expect(suggested('', ['word'], CONDITIONS, VOCABULARY, true)).toEqual(CONDITIONS);
  const many = Array.from({ length: 20 }, (_, number) => `word${number}`);
  expect(suggested('', ['word'], many, VOCABULARY, true)).toEqual(many.slice(0, 10));
});

it('says what each means, as far as that is known', () => {
  expect(suggestionsFor('1', { kinds: ['address'], words: [] }, VOCABULARY)).toEqual([
    { text: '192.0.2.2', meaning: 'address of eth0' },
  ]);
  expect(suggestionsFor('u', { kinds: ['word'], words: ['udp', 'unknown'] }, VOCABULARY)).toEqual([
    { text: 'udp', meaning: 'IP protocol 17' },
    { text: 'unknown', meaning: '' },
  ]);
});

describe('of what was seen', () => {
  it.each<[string, Kinds, string[]]>([
    ['', ['address'], ['198.51.100.7', '192.0.2.2', '::1']],
    ['19', ['address'], ['198.51.100.7', '192.0.2.2']],
    ['', ['service'], ['443', '4430', 'http', 'https', 'ssdp']],
    ['443', ['service'], ['4430']],
    ['', ['vlan', 'word'], ['40', 'and', 'or']],
    ['a', ['vlan', 'word'], ['and']],
    ['', ['ip-protocol'], ['IPv6-ICMP', 'TCP', '\\udp']],
    ['\\T', ['ip-protocol'], ['TCP']],
    ['', ['ethertype'], ['\\arp']],
  ])('suggests for "%s" of %j %j', (typed, kinds, expected) => {
    expect(suggested(typed, kinds, ['and', 'or'], SEEN)).toEqual(expected);
  });

  it('says how often, and what it is besides', () => {
    expect(valuesOf('address', '19', SEEN)).toEqual([
      { text: '198.51.100.7', meaning: 'seen, 1,234 packets' },
      { text: '192.0.2.2', meaning: 'seen, 12 packets; address of eth0' },
    ]);
    expect(valuesOf('ip-protocol', 't', SEEN)).toEqual([{ text: 'TCP', meaning: 'seen, 5 packets; IP protocol 6' }]);
  });

  it('leaves room for the rest', () => {
    const many = (prefix: string) => Array.from({ length: 20 }, (_, n) => ({ text: `${prefix}${n}`, meaning: '' }));
    const crowded = { ...SEEN, addresses: many('192.0.2.'), seen: { ...SEEN.seen, hosts: many('198.51.100.') } };
    expect(valuesOf('address', '19', crowded).map(({ text }) => text)).toEqual(
      [...many('198.51.100.').slice(0, 5), ...many('192.0.2.').slice(0, 5)].map(({ text }) => text)
    );
    expect(valuesOf('address', '198', crowded)).toHaveLength(10);
  });
});

it('knows a word of the language', () => {
  expect(isWordOfFilters('Port', VOCABULARY)).toBe(true);
  expect(isWordOfFilters('por', VOCABULARY)).toBe(false);
});

describe('what is expected', () => {
  /** Bars stand around the word, and a caret for the cursor in it. */
  function reading(marked: string): FilterReading {
    const plain = marked.replace('^', '');
    const typed = plain.replaceAll('|', '');
    return {
      typed,
      cursor: marked.replaceAll('|', '').indexOf('^'),
      verdict: { state: 'meaning', meaning: '' },
      tokens: [],
      expected: { start: plain.indexOf('|'), end: plain.lastIndexOf('|') - 1, whole: true, kinds: ['word'], words: [] },
      conditions: { beyond: '' },
    };
  }
  const word = (marked: string, text: string) => {
    const cursor = text.indexOf('^');
    const typed = text.replace('^', '');
    const expected = expectedAt(typed, cursor, reading(marked));
    return expected && typed.slice(expected.start, expected.end);
  };

  it.each([
    // Read as it stands.
    ['tcp |po^|', 'tcp po^', 'po'],
    ['tcp |p^ort| 80', 'tcp p^ort 80', 'port'],
    ['tcp |^|', 'tcp ^', ''],
    // More or less of the same word is typed.
    ['tcp |^|', 'tcp p^', 'p'],
    ['tcp |po^|', 'tcp por^', 'por'],
    ['tcp |po^|', 'tcp p^', 'p'],
    ['tcp |po^| and arp', 'tcp port^ and arp', 'port'],
    ['|^|', '192.0.2.1^', '192.0.2.1'],
    // Another word.
    ['tcp |po^|', 'tcp port ^', undefined],
    ['tcp |po^|', 'tcp^', undefined],
    ['tcp |^|', 'udp ^', undefined],
    ['tcp |po^|', 'tc^p po', undefined],
    ['tcp |po^| and arp', 'tcp po^ and udp', undefined],
  ])('by what is read of "%s", at "%s" is about "%s"', (marked, text, expected) => {
    expect(word(marked, text)).toBe(expected);
  });

  it('leaves a value alone that may be meant as it is, until it is known whether it is', () => {
    expect(expectedAt('port 44', 7, reading('port |4^|'))?.whole).toBe(true);
    expect(expectedAt('tcp po', 6, reading('tcp |p^|'))?.whole).toBe(false);
    expect(expectedAt('port 4', 6, { ...reading('port |4^|') })?.whole).toBe(true);
  });

  it('is nothing where nothing was said', () => {
    expect(expectedAt('tcp', 3, undefined)).toBeUndefined();
    expect(expectedAt('tcp', 3, { ...reading('|tcp^|'), expected: undefined })).toBeUndefined();
  });
});

it.each([
  ['tcp po', 4, 6, 'port', 'tcp port|'],
  ['tcp po 80', 4, 6, 'port', 'tcp port| 80'],
  ['host ', 5, 5, '::1', 'host ::1|'],
])('in "%s" from %i to %i puts "%s"', (text, start, end, word, result) => {
  const replaced = replacePlace(text, { start, end }, word);
  expect(`${replaced.text.slice(0, replaced.cursor)}|${replaced.text.slice(replaced.cursor)}`).toBe(result);
});

it('finds a host by its name, with all its addresses and with each', () => {
  const hosts = [
    { text: '{192.0.2.20,2001:db8::20}', name: 'nas.example', meaning: 'nas.example; all its addresses' },
    { text: '192.0.2.20', name: 'nas.example', meaning: 'nas.example; seen, 5 packets' },
  ];
  const named = { ...VOCABULARY, seen: { ...NOTHING_SEEN, hosts } };
  expect(valuesOf('address', 'NAS', named).map(({ text }) => text)).toEqual([
    '{192.0.2.20,2001:db8::20}',
    '192.0.2.20',
  ]);
  expect(valuesOf('address', '192.0.2.2', named).map(({ text }) => text)).toEqual(['192.0.2.20']);
});
