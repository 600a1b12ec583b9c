import { charactersBefore, markFault, readingOf, shortenedFault, withSuggestion } from './filterReading';

const fault = (column: number, length: number, word = '') => ({ column, length, word, message: 'it is wrong' });

it.each([
  ['host 1 adn port 2', 8, 3, 'host 1 ', 'adn', ' port 2'],
  ['port', 5, 0, 'port', '', ''],
  ['é𝄞 adn x', 4, 3, 'é𝄞 ', 'adn', ' x'],
  ['ttl 1', 1, 5, '', 'ttl 1', ''],
])('marks in "%s" what is at %d, %d', (text, column, length, before, wrong, after) => {
  expect(markFault(text, { column, length })).toEqual({ before, wrong, after });
});

it('shows of a long text what stands around the wrong word', () => {
  const marked = markFault(`${'a'.repeat(3_000)} adn ${'b'.repeat(3_000)}`, { column: 3_002, length: 3 });
  const { before, wrong, after } = shortenedFault(marked);
  expect([before.length, wrong, after.length]).toEqual([121, 'adn', 121]);
  expect(before.startsWith('…') && before.endsWith('a ') && after.endsWith('b…')).toBe(true);
});

it('takes a suggestion into a text, whose characters the back end counts', () => {
  expect(withSuggestion('é𝄞 prot 5', { column: 4, length: 4, text: 'port' })).toBe('é𝄞 port 5');
});

const SHAPE = { tokens: [], expected: null, conditions: { beyond: 'it is a test' } };

it('takes the meaning as it is', () => {
  const answer = { canonical: 'arp', meaning: 'ARP packets', terms: 1, ...SHAPE };
  expect(readingOf(answer, { typed: 'arp', text: 'arp' })).toEqual({
    typed: 'arp',
    verdict: { state: 'meaning', meaning: 'ARP packets' },
    tokens: [],
    conditions: SHAPE.conditions,
  });
});

it('has a fault where it stands once variables have their values', () => {
  const text = 'host nosuch adn tcp';
  const verdict = (typed: string, asked: string, column: number) =>
    readingOf({ error: fault(column, 6), ...SHAPE }, { typed, text: asked }).verdict;
  expect(verdict('host $host adn tcp', text, 6)).toMatchObject({ state: 'fault', text, isInterpolated: true });
  expect(verdict('adn', 'adn', 1)).toMatchObject({ text: 'adn', isInterpolated: false });
});

it('says of a variable that cannot be put in no more than that', () => {
  const answer = { error: fault(6, 1), ...SHAPE, tokens: [{ start: 0, length: 4, class: 'keyword' as const }] };
  const reading = readingOf(answer, { typed: 'host $x', text: 'host $x', spoiled: 'it has a brace' });
  expect(reading.verdict).toEqual({ state: 'spoiled', reason: 'it has a brace' });
  expect(reading.tokens).toEqual([{ start: 0, end: 4, class: 'keyword' }]);
});

it('has places in the units of a string, which the back end counts in characters', () => {
  const typed = '𝄞 port 44';
  const answer = {
    error: fault(1, 1),
    tokens: [
      { start: 0, length: 1, class: 'unknown' as const },
      { start: 2, length: 4, class: 'keyword' as const },
      { start: 7, length: 2, class: 'value' as const },
    ],
    expected: { start: 7, length: 2, whole: true, kinds: ['service' as const], words: [] },
    conditions: { beyond: 'it is a test' },
  };
  const { tokens, expected } = readingOf(answer, { typed, cursor: typed.length, text: typed });
  expect(tokens.map(({ start, end }) => typed.slice(start, end))).toEqual(['𝄞', 'port', '44']);
  expect(typed.slice(expected?.start, expected?.end)).toBe('44');
  expect([charactersBefore(typed, 0), charactersBefore(typed, 2), charactersBefore(typed, typed.length)]).toEqual([
    0, 1, 9,
  ]);
});
