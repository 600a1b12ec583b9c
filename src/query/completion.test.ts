import { WORDS } from '../testing/filterWords';

import { isComplete, replaceWord, suggestionsAt, wordAt } from './completion';

const VOCABULARY = {
  words: WORDS,
  addresses: [
    { text: '192.0.2.2', meaning: 'address of eth0' },
    { text: '::1', meaning: 'address of lo' },
  ],
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
  ['proto |', ['tcp', 'udp', 'arp']],
  ['net |', []],
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
