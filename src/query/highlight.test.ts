import type { TokenClass } from '../resources/filter';

import type { TypedToken } from './filterReading';
import { highlight, withFault } from './highlight';

/** A text whose words between white space are of the class with that letter: `keyword` of `k:tcp`. */
const CLASSES: Record<string, TokenClass> = {
  k: 'keyword',
  v: 'value',
  o: 'operator',
  x: 'variable',
  u: 'unknown',
};

function reading(marked: string): { typed: string; tokens: TypedToken[] } {
  let typed = '';
  const tokens: TypedToken[] = [];
  for (const [, space = '', letter, word = ''] of marked.matchAll(/(\s*)(?:([a-z]):)?(\S*)/g)) {
    typed += space;
    const of = CLASSES[letter ?? ''];
    if (of !== undefined) {
      tokens.push({ start: typed.length, end: typed.length + word.length, class: of });
    }
    typed += word;
  }
  return { typed, tokens };
}

/** Each part but white space, with the first letter of what it is; a question mark where that is not known. */
const parts = (text: string, marked: string) =>
  highlight(text, marked === '' ? undefined : reading(marked))
    .filter((token) => token.text.trim() !== '')
    .map(
      (token) =>
        `${token.class?.charAt(0).replace('v', token.class === 'variable' ? 'x' : 'v') ?? '?'}:${token.text.trim()}`
    )
    .join(' ');

const joined = (tokens: Array<{ text: string }>) => tokens.map(({ text }) => text).join('');

it.each([
  ['', '', ''],
  ['tcp port 80', 'k:tcp k:port v:80', 'k:tcp k:port v:80'],
  ['host $a or ü', 'k:host x:$a o:or u:ü', 'k:host x:$a o:or u:ü'],
  // Nobody has said anything yet.
  ['tcp port 80', '', '?:tcp port 80'],
])('of "%s", read as "%s", are %s', (text, marked, expected) => {
  expect(parts(text, marked)).toBe(expected);
});

describe('until the next reading comes', () => {
  it.each([
    // Letters at the end of a word, in front of the rest, and in the middle.
    ['tcp port 443', 'k:tcp k:port v:44', 'k:tcp k:port v:443'],
    ['tcp port 443 or udp', 'k:tcp k:port v:44 o:or k:udp', 'k:tcp k:port v:443 o:or k:udp'],
    ['tcp poort 44', 'k:tcp k:port v:44', 'k:tcp k:poo k:rt v:44'],
    ['tcp port 4', 'k:tcp k:port v:44', 'k:tcp k:port v:4'],
    // Another word.
    ['tcp port 44 o', 'k:tcp k:port v:44', 'k:tcp k:port v:44 ?:o'],
    ['tcp src port 44', 'k:tcp k:port v:44', 'k:tcp ?:src k:port v:44'],
    ['x tcp', 'k:tcp', '?:x k:tcp'],
    ['tcp(', 'k:tcp', 'k:tcp ?:('],
    // A word is taken out, or another put in place of several.
    ['tcp 44', 'k:tcp k:port v:44', 'k:tcp v:44'],
    ['arp', 'k:tcp k:port v:44', '?:arp'],
    ['', 'k:tcp k:port v:44', ''],
    ['tcp and arp', 'k:tcp k:port o:== v:44', 'k:tcp ?:and arp'],
    // A sign does not grow.
    ['!host', 'o:!', 'o:! ?:host'],
  ])('"%s", last read as "%s", is %s', (text, marked, expected) => {
    expect(parts(text, marked)).toBe(expected);
  });
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
  ...['tcp', 'port', 'and', 'not', '!', '&&', '|', '(', ')', '[', ']', '$', '${', '}', '$a', '\\', '-', '\t', '\n'],
  ...[' ', '\u00a0', '192.0.2.1', '::1', '0x', '.', ':', '/', 'é', '😀', '\ud800', '\udc00', '\0', '"'],
];

it('have every character exactly once, whatever the text and the reading, also with a fault anywhere', () => {
  const next = numbers(7);
  const upTo = (most: number) => Math.floor(next() * most);
  const anything = () => Array.from({ length: upTo(12) }, () => PIECES[upTo(PIECES.length)]).join('');
  const classes = Object.values(CLASSES);
  for (let run = 0; run < 3_000; run += 1) {
    const before = anything();
    const at = upTo(before.length);
    const text = upTo(2) === 0 ? anything() : before.slice(0, at) + anything() + before.slice(at + upTo(5));
    const tokens: TypedToken[] = [];
    for (let start = upTo(3); start < before.length; start += upTo(3)) {
      const end = Math.min(before.length, start + 1 + upTo(4));
      tokens.push({ start, end, class: classes[upTo(classes.length)] as TokenClass });
      start = end;
    }
    const shown = highlight(text, { typed: before, tokens });
    expect(joined(shown)).toBe(text);
    expect(shown.map((token) => token.text)).not.toContain('');
    const fault = { column: 1 + upTo(14), length: upTo(6) };
    expect(joined(withFault(shown, fault))).toBe(text);
    const wrong = withFault(highlight(text, undefined), fault).filter(({ isWrong }) => isWrong);
    expect(joined(wrong)).toBe(
      Array.from(text)
        .slice(fault.column - 1, fault.column - 1 + fault.length)
        .join('')
    );
  }
});

it.each([
  ['k:host v:1 v:adn k:tcp', 8, 3, 'adn'],
  ['k:port u:😀x', 7, 1, 'x'],
  ['k:net v:10.0.0.1/8', 5, 8, '10.0.0.1'],
  ['k:tcp', 4, 0, ''],
])('mark in "%s" at %i, %i the word "%s"', (marked, column, length, wrong) => {
  const read = reading(marked);
  const shown = withFault(highlight(read.typed, read), { column, length });
  expect(joined(shown.filter(({ isWrong }) => isWrong))).toBe(wrong);
});
