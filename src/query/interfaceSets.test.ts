import { isName, withoutContradiction, withoutWhatAnyHas } from './interfaceSets';

it.each([
  [['eth0', 'any'], ['eth0'], ['any']],
  [['any', 'eth0'], ['any'], ['eth0']],
  [['any'], [], ['any']],
  [['any'], ['any', 'eth0'], ['any']],
  [['eth0', 'eth1'], ['eth0'], ['eth0', 'eth1']],
  [[], ['any'], []],
  [['any', '!veth*'], ['any'], ['any', '!veth*']],
  [
    ['any', '!veth*', 'eth0'],
    ['any', '!veth*'],
    ['!veth*', 'eth0'],
  ],
  [
    ['eth0', '!veth*', 'any'],
    ['eth0', '!veth*'],
    ['any', '!veth*'],
  ],
  [['uplinks', 'wg*'], ['uplinks'], ['uplinks', 'wg*']],
])('of %j, chosen after %j, %j remains', (chosen, before, remains) => {
  expect(withoutContradiction(chosen, before)).toEqual(remains);
});

it.each([
  [
    ['eth0', 'any', '!lo'],
    ['any', '!lo'],
  ],
  [
    ['eth0', '!lo'],
    ['eth0', '!lo'],
  ],
])('%j is the same as %j', (entries, same) => {
  expect(withoutWhatAnyHas(entries)).toEqual(same);
});

it('knows a name from a word, a pattern and an exception', () => {
  const entries = ['eth0', 'any', 'uplinks', 'eth*', 'eth?', '!lo', 'wlan!'];
  expect(entries.filter(isName)).toEqual(['eth0', 'wlan!']);
});
