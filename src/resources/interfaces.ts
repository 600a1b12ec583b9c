import { directionInWords } from '../locale/direction';
import { figure } from '../locale/figures';
import { t } from '../locale/t';

import { stateInWords, type HookState } from './hookState';

/** How packets of one direction would be, or are, captured. */
export interface InterfaceHook {
  direction: 'in' | 'out';
  hook: 'xdp-native' | 'xdp-generic' | 'tcx';
  /** What `auto` chooses. */
  auto: boolean;
  possible: boolean;
  /** It is attached now. */
  inForce: boolean;
  /** Why (not), in words; may be empty. */
  reason: string;
  /** Of the direction, whatever the hook; null: nobody asks for it; undefined: an older back end. */
  state?: HookState | null;
  /** Why it is in that state, in words. */
  stateReason?: string | null;
}

/** One network interface of the machine that the plugin runs on, as the resource `interfaces` tells it. */
export interface NetworkInterface {
  name: string;
  index: number;
  /** The kernel's operational state: `up`, `down`, `unknown`, … */
  state: string;
  link: 'ethernet' | 'loopback' | 'raw-ip' | 'unsupported';
  driver: string | null;
  mac: string | null;
  /** With prefix length: `192.0.2.2/24`. */
  addresses: string[];
  mtu: number;
  /** It has the default route. */
  default: boolean;
  /** Packets enter and leave the machine by it; undefined: an older back end. */
  uplink?: boolean;
  hooks: InterfaceHook[];
}

export interface InterfacesResponse {
  interfaces: NetworkInterface[];
}

const ADDRESSES_SHOWN = 2;

/**
 * State, driver and first addresses, to tell `eth0` from `eth1` without leaving the editor, and whether packets come from
 * there where somebody asks for them.
 */
export function describeInterface(candidate: NetworkInterface): string {
  const addresses = candidate.addresses.slice(0, ADDRESSES_SHOWN).map((address) => address.replace(/\/\d+$/, ''));
  const hidden = candidate.addresses.length - addresses.length;
  return [
    candidate.default ? t('interface.default-route', 'default route') : '',
    candidate.state,
    candidate.driver ?? (candidate.link === 'ethernet' ? '' : candidate.link),
    [
      ...addresses,
      ...(hidden > 0 ? [t('interface.more-addresses', '{{figure}} more', { figure: figure(hidden) })] : []),
    ].join(', '),
    describeCapture(candidate.hooks),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** `attached`, or for each direction `in attached, out refused: not supported there`; empty where nobody asks. */
function describeCapture(hooks: InterfaceHook[]): string {
  const states = new Map<InterfaceHook['direction'], string>();
  for (const { direction, state, stateReason } of hooks) {
    if (state && !states.has(direction)) {
      const inWords = stateInWords(state);
      states.set(direction, stateReason ? `${inWords}: ${stateReason}` : inWords);
    }
  }
  const [first = '', ...others] = new Set(states.values());
  return states.size > 1 && others.length === 0
    ? first
    : [...states].map(([direction, state]) => `${directionInWords(direction)} ${state}`).join(', ');
}

/** The interface with the default route first: it is what nobody has to choose. The others stay in order. */
export function defaultRouteFirst(interfaces: NetworkInterface[]): NetworkInterface[] {
  return [...interfaces].sort((a, b) => Number(b.default) - Number(a.default));
}
