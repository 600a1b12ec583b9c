import { count, duration, figure, list } from './wording';

it.each([
  [0, '0', '0 packets'],
  [1, '1', '1 packet'],
  [2, '2', '2 packets'],
  [1_234, '1,234', '1,234 packets'],
  [12_345_678, '12,345,678', '12,345,678 packets'],
])('%d reads "%s" and "%s"', (value, alone, packets) => {
  expect(figure(value)).toBe(alone);
  expect(count(value, 'packet')).toBe(packets);
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
