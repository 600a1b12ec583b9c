import { markFault, readingOf } from './filterReading';

const fault = (column: number, length: number, word = '') => ({ column, length, word, message: 'it is wrong' });

it.each([
  ['host 1 adn port 2', 8, 3, 'host 1 ', 'adn', ' port 2'],
  ['port', 5, 0, 'port', '', ''],
  ['é𝄞 adn x', 4, 3, 'é𝄞 ', 'adn', ' x'],
  ['ttl 1', 1, 5, '', 'ttl 1', ''],
])('marks in "%s" what is at %d, %d', (text, column, length, before, wrong, after) => {
  expect(markFault(text, { column, length })).toEqual({ before, wrong, after });
});

it('takes the meaning as it is', () => {
  const answer = { canonical: 'arp', meaning: 'ARP packets', terms: 1 };
  expect(readingOf(answer, 'arp', 'arp')).toEqual({ state: 'meaning', meaning: 'ARP packets' });
});

it('has a fault where it stands once variables have their values', () => {
  const text = 'host nosuch adn tcp';
  const answer = { error: fault(6, 6) };
  expect(readingOf(answer, 'host $host adn tcp', text)).toMatchObject({ state: 'fault', text, isInterpolated: true });
  expect(readingOf({ error: fault(1, 3) }, 'adn', 'adn')).toMatchObject({ text: 'adn', isInterpolated: false });
});
