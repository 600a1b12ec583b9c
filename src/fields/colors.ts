import type { HookState } from '../resources/hookState';

/** Of series, and of text where it can be read. No two have the same, and none has red, which is for what is wrong. */
export const PROTOCOL_COLORS = {
  TCP: 'blue',
  UDP: 'purple',
  ICMP: 'semi-dark-green',
  'IPv6-ICMP': 'dark-green',
  IGMP: 'dark-orange',
  SCTP: '#967302',
  ESP: '#c15aa0',
  AH: '#9c6b4e',
  GRE: '#0f8f8f',
} as const;

export const DIRECTION_COLORS = { in: 'blue', out: 'purple' } as const;

export const CAST_COLORS = { unicast: 'blue', multicast: 'purple', broadcast: 'dark-orange' } as const;

/** No grey can be read as text: what is absent looks like plain text. */
export const STATE_COLORS = {
  attached: 'semi-dark-green',
  attaching: 'blue',
  refused: 'red',
  unreachable: 'red',
} as const satisfies Partial<Record<HookState, string>>;
