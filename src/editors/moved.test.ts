import { moved } from './moved';

it.each([
  [0, 0, 'a b c d'],
  [0, 2, 'b c a d'],
  [0, 3, 'b c d a'],
  [3, 0, 'd a b c'],
  [2, 1, 'a c b d'],
  [1, 2, 'a c b d'],
])('from %d to %d', (from, to, letters) => {
  expect(moved(['a', 'b', 'c', 'd'], from, to).join(' ')).toBe(letters);
});
