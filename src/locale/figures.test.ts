import { config } from '@grafana/runtime';

import { figure, wholeNumberIn } from './figures';

/** As if this were the language that somebody has chosen in Grafana. */
function choose(language: string): void {
  config.bootData.user.language = language;
}

const { language: before } = config.bootData.user;
afterEach(() => {
  choose(before);
});

it.each([
  ['en-US', 1_234_567, '1,234,567'],
  ['de-DE', 1_234_567, '1.234.567'],
  ['fr-FR', 1_234, '1\u202f234'],
  ['de-DE', 999, '999'],
  ['es-ES', 1_234, '1234'],
])('in %s, %d is written %s, and read again', (language, value, text) => {
  choose(language);
  expect(figure(value)).toBe(text);
  expect(wholeNumberIn(text)).toBe(value);
});

it.each([
  ['de-DE', '1000', 1_000],
  ['de-DE', ' 10.000 ', 10_000],
  ['fr-FR', '10 000', 10_000],
  ['en-US', '0', 0],
])('in %s, "%s" is %d', (language, text, value) => {
  choose(language);
  expect(wholeNumberIn(text)).toBe(value);
});

it.each([
  ['en-US', ''],
  ['en-US', '1.5'],
  ['de-DE', '1.5'],
  ['de-DE', '1,5'],
  ['en-US', '1,00'],
  ['en-US', '1000,000'],
  ['en-US', ',100'],
  ['fr-FR', '1 2'],
  ['en-US', '-3'],
  ['en-US', '1e2'],
  ['en-US', 'many'],
])('in %s, "%s" is no whole number', (language, text) => {
  choose(language);
  expect(wholeNumberIn(text)).toBeUndefined();
});

it.each(['', '*', 'no language'])('writes numbers as the browser does where the language is "%s"', (language) => {
  choose(language);
  expect(figure(1_234_567)).toBe(new Intl.NumberFormat().format(1_234_567));
});
