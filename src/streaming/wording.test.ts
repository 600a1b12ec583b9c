import { count, figure, list } from './wording';

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
