import { duration, list, rows } from './wording';

it.each([
  [0, '0 rows'],
  [1, '1 row'],
  [2, '2 rows'],
  [12_345_678, '12,345,678 rows'],
])('%d reads "%s"', (value, text) => {
  expect(rows(value)).toBe(text);
});

it.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
  [['a', 'b', 'c', 'd'], 'a, b, c and 1 more'],
  [Array.from({ length: 1_203 }, () => 'a'), 'a, a, a and 1,200 more'],
])('%j reads "%s"', (names, text) => {
  expect(list(names)).toBe(text);
});

it.each([
  [1_000, '1 second'],
  [90_400, '90 seconds'],
  [120_000, '2 minutes'],
  [7_100_000, '118 minutes'],
  [7_200_000, '2 hours'],
  [200_000_000, '2 days'],
])('%d ms are %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});
