import { parsePatterns } from './patterns';

it.each([
  ['eth0', ['eth0']],
  ['eth*\nwg0\n', ['eth*', 'wg0']],
  ['eth0, eth1,wg*', ['eth0', 'eth1', 'wg*']],
  ['', undefined],
  [' ,\n', undefined],
])('%j names %j', (text, patterns) => {
  expect(parsePatterns(text)).toEqual(patterns);
});
