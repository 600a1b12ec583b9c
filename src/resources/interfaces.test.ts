import { INTERFACES } from '../testing/machine';

import { defaultRouteFirst, describeInterface } from './interfaces';

it('puts the interface with the default route first and leaves the others in order', () => {
  const names = [...INTERFACES, ...INTERFACES.slice(0, 1).map((lo) => ({ ...lo, name: 'wg0' }))];
  expect(defaultRouteFirst(names).map(({ name }) => name)).toEqual(['eth0', 'lo', 'wg0']);
});

it('describes an interface by state, driver and first addresses', () => {
  expect(INTERFACES.map(describeInterface)).toEqual([
    'unknown · loopback · 127.0.0.1, ::1',
    'default route · up · virtio_net · 192.0.2.2, 2001:db8::2, 1 more',
  ]);
});

it('leaves out what an interface has not', () => {
  const bare = INTERFACES.slice(1).map((eth0) => ({ ...eth0, default: false, driver: null, addresses: [] }));
  expect(bare.map(describeInterface)).toEqual(['up']);
});

describe('an interface that somebody asks for', () => {
  const hook = { direction: 'in', hook: 'tcx', auto: true, possible: true, inForce: false, reason: '' } as const;
  const out = { ...hook, direction: 'out' } as const;

  it.each([
    ['is attached both ways', [{ state: 'attached' }, { state: 'attached' }], ' · attached'],
    [
      'is refused one way',
      [
        { state: 'attached', stateReason: null },
        { state: 'refused', stateReason: 'not supported there' },
      ],
      ' · in attached, out refused: not supported there',
    ],
    ['is asked for one way', [{ state: 'attaching' }, { state: null }], ' · in attaching'],
    [
      'is refused both ways',
      [
        { state: 'refused', stateReason: 'a bridge has it' },
        { state: 'refused', stateReason: 'a bridge has it' },
      ],
      ' · refused: a bridge has it',
    ],
    ['is not asked for', [{ state: null, stateReason: null }, { state: null }], ''],
    ['is not told of', [{}, {}], ''],
  ] as const)('says that it %s', (_, [received, sent], told) => {
    // A direction has several hooks, which all tell its state.
    const hooks = [
      { ...hook, ...received },
      { ...hook, hook: 'xdp-native' as const, ...received },
      { ...out, ...sent },
    ];
    const described = INTERFACES.map((candidate) => describeInterface({ ...candidate, hooks }));
    expect(described).toEqual(INTERFACES.map((candidate) => describeInterface(candidate) + told));
  });
});
