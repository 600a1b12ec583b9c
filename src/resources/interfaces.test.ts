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
