import { NOTHING_SEEN, WORDS } from '../testing/filterWords';

import { isComplete, replaceWord, suggestionsAt, valuesOf, wordAt } from './completion';

const VOCABULARY = {
  words: WORDS,
  addresses: [
    { text: '192.0.2.2', meaning: 'address of eth0' },
    { text: '::1', meaning: 'address of lo' },
  ],
  seen: NOTHING_SEEN,
};

const SEEN = {
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

/** A bar stands for the cursor. */
function at(marked: string): [text: string, cursor: number] {
  const cursor = marked.indexOf('|');
  return [marked.slice(0, cursor) + marked.slice(cursor + 1), cursor];
}

const suggested = (marked: string, isAskedFor = false) =>
  suggestionsAt(...at(marked), VOCABULARY, isAskedFor).map(({ text }) => text);

it.each([
  ['tcp po|', 4, 6, 'po'],
  ['tcp p|ort 80', 4, 8, 'p'],
  ['tcp |', 4, 4, ''],
  ['|', 0, 0, ''],
  ['host (fe80::1|)', 6, 13, 'fe80::1'],
  ['tcp[tcp-s|', 4, 9, 'tcp-s'],
  ['proto \\t|', 6, 8, '\\t'],
])('finds the word in "%s"', (marked, start, end, typed) => {
  expect(wordAt(...at(marked))).toEqual({ start, end, typed });
});

it.each([
  ['tcp po|', 'port', 'tcp port|'],
  ['tcp p|o 80', 'port', 'tcp port| 80'],
  ['host |', '::1', 'host ::1|'],
  ['(ht|)', 'http', '(http|)'],
])('in "%s" puts "%s"', (marked, word, result) => {
  const { text, cursor } = replaceWord(...at(marked), word);
  expect(`${text.slice(0, cursor)}|${text.slice(cursor)}`).toBe(result);
});

it.each([
  ['h|', ['host']],
  ['PO|', ['port', 'portrange']],
  ['port|', ['portrange']],
  ['a|', ['and', 'arp']],
  ['tcp and |', []],
  ['|', []],
  ['xyz|', []],
  // Values, each behind what it is a value of.
  ['port |', ['http', 'https', 'ssdp']],
  ['tcp port ht|', ['http', 'https']],
  ['port (|', ['http', 'https', 'ssdp']],
  ['port 80 or h|', ['host', 'http', 'https']],
  ['host |', ['192.0.2.2', '::1']],
  ['host 19|', ['192.0.2.2']],
  ['host 192.0.2.2|', []],
  ['src |', ['192.0.2.2', '::1', 'host', 'net', 'port', 'portrange', 'src', 'and', 'or']],
  ['src po|', ['port', 'portrange']],
  ['dscp |', ['ef']],
  // By themselves these words are conditions, and a value needs the backslash.
  ['proto |', ['\\tcp', '\\udp']],
  ['proto t|', ['\\tcp']],
  ['proto \\t|', ['\\tcp']],
  ['ether proto |', ['\\arp']],
  ['ether proto 0x88cc or a|', ['and', 'arp', '\\arp']],
  ['net |', ['192.0.2.2', '::1']],
  ['ether host |', []],
  ['ether src ho|', ['host']],
  ['ether src host |', []],
  ['vlan |', []],
  // Comparisons.
  ['tcp[t|', ['tcpflags', 'tcp-syn']],
  ['tcp[tcpflags] & tcp-|', ['tcp-syn']],
  ['tcp[13] = t|', ['tcpflags', 'tcp-syn']],
  ['tcp && po|', ['port', 'portrange']],
  // Variables.
  ['host $h|', []],
  ['host ${h|', []],
])('behind "%s" suggests %j', (marked, words) => {
  expect(suggested(marked)).toEqual(words);
});

it('suggests what can begin where nothing is typed, if asked', () => {
  expect(suggested('|', true)).toEqual(['host', 'net', 'port', 'portrange', 'src', 'and', 'or', 'tcp', 'udp', 'arp']);
});

it('says what each means', () => {
  expect(suggestionsAt('host 1', 6, VOCABULARY)).toEqual([{ text: '192.0.2.2', meaning: 'address of eth0' }]);
  expect(suggestionsAt('u', 1, VOCABULARY)).toEqual([{ text: 'udp', meaning: 'IP protocol 17' }]);
});

it('knows a word that is one already', () => {
  expect(isComplete(...at('tcp port|'), VOCABULARY)).toBe(true);
  expect(isComplete(...at('tcp por|'), VOCABULARY)).toBe(false);
});

describe('of what was seen', () => {
  const texts = (marked: string) => suggestionsAt(...at(marked), SEEN).map(({ text }) => text);

  it.each([
    ['host |', ['198.51.100.7', '192.0.2.2', '::1']],
    ['net 19|', ['198.51.100.7', '192.0.2.2']],
    ['src |', ['198.51.100.7', '192.0.2.2', '::1', 'host', 'net', 'port', 'portrange', 'src', 'and', 'or']],
    ['dst host (|', ['198.51.100.7', '192.0.2.2', '::1']],
    ['ether host |', []],
    ['port |', ['443', '4430', 'http', 'https', 'ssdp']],
    ['src port 4|', ['443', '4430']],
    ['tcp dst port 443|', ['4430']],
    ['vlan |', ['40']],
    ['vlan 4|', ['40']],
    ['vlan a|', ['and', 'arp']],
    ['vlan 40 or |', []],
    ['proto |', ['IPv6-ICMP', 'TCP', '\\udp']],
    ['proto tc|', ['TCP']],
    ['ip proto \\T|', ['TCP']],
    ['ether proto |', ['\\arp']],
    ['port 80 or 4|', ['443', '4430']],
  ])('suggests behind "%s" %j', (marked, words) => {
    expect(texts(marked)).toEqual(words);
  });

  it('says how often, and what it is besides', () => {
    expect(suggestionsAt('host 19', 7, SEEN)).toEqual([
      { text: '198.51.100.7', meaning: 'seen, 1,234 packets' },
      { text: '192.0.2.2', meaning: 'seen, 12 packets; address of eth0' },
    ]);
    expect(suggestionsAt('proto t', 7, SEEN)).toEqual([{ text: 'TCP', meaning: 'seen, 5 packets; IP protocol 6' }]);
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

it.each(['port 44', 'host 192.0.2.2', 'host ::1', 'host 2001:db8::7', 'host 1:2:3:4:5:6:7:8', 'tcp'])(
  'leaves "%s" alone, though it could go on',
  (text) => {
    expect(isComplete(text, text.length, SEEN)).toBe(true);
  }
);

it.each(['host 192.0.2', 'host 2001:db8', 'host 2001:db8::', 'port htt'])('goes on from "%s"', (text) => {
  expect(isComplete(text, text.length, SEEN)).toBe(false);
});
