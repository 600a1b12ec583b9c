import type { NetworkInterface } from '../resources/interfaces';

const LOOPBACK: NetworkInterface = {
  name: 'lo',
  index: 1,
  state: 'unknown',
  link: 'loopback',
  driver: null,
  mac: null,
  addresses: ['127.0.0.1/8', '::1/128'],
  mtu: 65_536,
  default: false,
  hooks: [],
};

const ETHERNET: NetworkInterface = {
  name: 'eth0',
  index: 2,
  state: 'up',
  link: 'ethernet',
  driver: 'virtio_net',
  mac: '52:54:00:12:34:56',
  addresses: ['192.0.2.2/24', '2001:db8::2/64', 'fe80::1/64'],
  mtu: 1_500,
  default: true,
  uplink: true,
  hooks: [{ direction: 'in', hook: 'xdp-native', auto: true, possible: true, inForce: true, reason: '' }],
};

/** The interfaces of a small machine, as the back end lists them: by index. */
export const INTERFACES: NetworkInterface[] = [LOOPBACK, ETHERNET];
