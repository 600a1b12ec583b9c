import { moved } from './moved';

it.each([
  [0, 0, 'abcd'],
  [0, 2, 'bcad'],
  [0, 3, 'bcda'],
  [3, 0, 'dabc'],
  [2, 1, 'acbd'],
  [1, 2, 'acbd'],
])('from %d to %d', (from, to, letters) => {
  expect(moved([...'abcd'], from, to).join('')).toBe(letters);
});
