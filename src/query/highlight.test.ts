import { WORDS } from '../testing/filterWords';

import { highlight, withFault, type TokenKind } from './highlight';

/** Each part but spaces, with the first letter of what it is. */
const parts = (text: string) =>
  highlight(text, WORDS)
    .filter(({ kind }) => kind !== 'space')
    .map((token) => `${token.kind.charAt(0)}:${token.text}`)
    .join(' ');

const joined = (tokens: Array<{ text: string }>) => tokens.map(({ text }) => text).join('');

it.each([
  ['', ''],
  ['tcp port 80 or https', 'w:tcp w:port v:80 o:or v:https'],
  ['!host fe80::1&&tcp', 'o:! w:host v:fe80::1 o:&& w:tcp'],
  ['net 10.0.0.0/8', 'w:net v:10.0.0.0 o:/ v:8'],
  ['host ($host or ${hosts:csv})', 'w:host o:( v:$host o:or v:${hosts:csv} o:)'],
  ['[[filter]]', 'v:[[filter]]'],
  ['tcp[tcpflags] & (tcp-syn|2) != 0', 'w:tcp o:[ v:tcpflags o:] o:& o:( v:tcp-syn o:| v:2 o:) o:!= v:0'],
  ['len-5>=0', 'v:len-5 o:>= v:0'],
  ['proto \\tcp', 'v:proto v:\\tcp'],
  ['port ü€$', 'w:port o:ü o:€ o:$'],
])('of "%s" are %s', (text, expected) => {
  expect(parts(text)).toBe(expected);
});

it('know variables from values', () => {
  const kinds = highlight('host $host 1', WORDS).map(({ kind }) => kind);
  expect(kinds).toEqual<TokenKind[]>(['word', 'space', 'variable', 'space', 'value']);
});

/** The same numbers in each run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PIECES = [
  ...['tcp', 'port', 'and', 'not', '!', '&&', '|', '(', ')', '[', ']', '[[', ']]', '$', '${', '}', '$a', '\\', '-'],
  ...[' ', '\t', '\n', '\u00a0', '192.0.2.1', '::1', '0x', '.', ':', '/', 'é', '😀', '\ud800', '\udc00', '\0', '"'],
];

it('have every character exactly once, whatever the text, also with a fault anywhere', () => {
  const next = numbers(7);
  const upTo = (most: number) => Math.floor(next() * most);
  for (let run = 0; run < 3_000; run += 1) {
    const text = Array.from({ length: upTo(12) }, () => PIECES[upTo(PIECES.length)]).join('');
    const tokens = highlight(text, WORDS);
    expect(joined(tokens)).toBe(text);
    expect(tokens.map((token) => token.text)).not.toContain('');
    const fault = { column: 1 + upTo(14), length: upTo(6) };
    const marked = withFault(tokens, fault);
    expect(joined(marked)).toBe(text);
    const wrong = joined(marked.filter(({ isWrong }) => isWrong));
    expect(wrong).toBe(
      Array.from(text)
        .slice(fault.column - 1, fault.column - 1 + fault.length)
        .join('')
    );
  }
});

it.each([
  ['host 1 adn tcp', 8, 3, 'adn'],
  ['port 😀x', 7, 1, 'x'],
  ['net 10.0.0.1/8', 5, 8, '10.0.0.1'],
  ['tcp', 4, 0, ''],
])('mark in "%s" at %i, %i the word "%s"', (text, column, length, wrong) => {
  const marked = withFault(highlight(text, WORDS), { column, length });
  expect(joined(marked.filter(({ isWrong }) => isWrong))).toBe(wrong);
});
