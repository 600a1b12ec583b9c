import { INTERFACES } from '../testing/machine';

import { addressesOf } from './useVocabulary';

it('lists the addresses of the machine, each once, with who has it', () => {
  const twice = INTERFACES.slice(0, 1).map((lo) => ({ ...lo, name: 'lo2', addresses: ['127.0.0.1/8'] }));
  expect(addressesOf([...INTERFACES, ...twice])).toEqual([
    { text: '127.0.0.1', meaning: 'address of lo, lo2' },
    { text: '::1', meaning: 'address of lo' },
    { text: '192.0.2.2', meaning: 'address of eth0' },
    { text: '2001:db8::2', meaning: 'address of eth0' },
    { text: 'fe80::1', meaning: 'address of eth0' },
  ]);
});
