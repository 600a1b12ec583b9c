import { figure } from '../locale/figures';
import { anyOf } from '../locale/lists';
import { t } from '../locale/t';
import type { SeenWhat } from '../resources/seen';

import { ETHERTYPES } from './ethertypes';

/** A column by whose values packets can be chosen: what a cell shows, as a condition of a filter. */
export interface Tag {
  /** The column's name, which is what a table's "Filter for value" gives. */
  key: string;
  /** Cells that a filter has another word for. */
  words?: ReadonlyMap<string, string>;
  /** Whether a filter can have this value here. */
  takes: (value: string) => boolean;
  /** What {@link takes} takes, in words. */
  allowed: () => string;
  /** Conditions any of which is to hold, for values all of which are taken. */
  conditions: (values: string[]) => string[];
  /** Whether values can be told smaller from larger, as in `ttl < 5`. */
  isOrdered?: boolean;
  /** How a filter spells a value that has no other word there. */
  spelled?: (value: string) => string;
  /** Whether only packets have it: flows are not told apart by it. */
  isOfPackets?: boolean;
  /** What packets without the field have in common, where that can be said. */
  without?: string;
  /** Where values to choose from are had. */
  values: { seen: SeenWhat } | string[];
}

/** One qualifier for all of them: `src host (a or b)`. */
const listAfter = (qualifier: string) => (values: string[]) =>
  values.length < 2 ? values.map((value) => `${qualifier} ${value}`) : [`${qualifier} (${values.join(' or ')})`];

/** The qualifier again for each of them. */
const eachAfter = (qualifier: string) => (values: string[]) => values.map((value) => `${qualifier} ${value}`);

const wholeNumber = (max: number) => ({
  takes: (value: string) => /^\d{1,5}$/.test(value) && Number(value) <= max,
  allowed: () => t('tag.whole-number', 'a whole number from 0 to {{max}}', { max: figure(max) }),
});

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
/** Whether the groups add up is for the back end to say. */
const IPV6 = /^(?=.*:.*:)[0-9a-f:]{2,39}(?:\d{1,3}(?:\.\d{1,3}){3})?$/i;
const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;

/** Whether a text is a whole IP address, and not the beginning of one. */
export function isAddress(text: string): boolean {
  return IPV4.test(text) || IPV6.test(text);
}

const address = {
  takes: isAddress,
  allowed: () => t('tag.address', 'an address such as 192.0.2.7 or 2001:db8::7'),
  values: { seen: 'hosts' },
} as const;

const port = { ...wholeNumber(65_535), values: { seen: 'ports' } } as const;

const mac = {
  isOfPackets: true,
  takes: (value: string) => MAC.test(value),
  allowed: () => t('tag.mac', 'an Ethernet address such as 02:00:5e:10:00:01'),
  values: [] as string[],
};

/** IANA's keywords that are no words of a filter, by number. */
const ODD_PROTOCOLS = new Map([
  ['TP++', '39'],
  ['AX.25', '93'],
  ['A/N', '107'],
  ['ISIS over IPv4', '124'],
  ['Mobility Header', '135'],
]);

/** EtherTypes that announce a VLAN tag. */
const OF_TAGS = ['802.1Q', 'QinQ', 'QinQ1'];

const DIRECTIONS = new Map([
  ['in', 'inbound'],
  ['out', 'outbound'],
]);

/** All of them, as people look for them. */
export const TAGS: readonly Tag[] = [
  {
    key: 'source_ip',
    ...address,
    conditions: listAfter('src host'),
    without: 'not (src net 0.0.0.0/0 or src net ::/0)',
  },
  {
    key: 'destination_ip',
    ...address,
    conditions: listAfter('dst host'),
    without: 'not (dst net 0.0.0.0/0 or dst net ::/0)',
  },
  { key: 'source_port', ...port, conditions: listAfter('src port'), without: 'not src portrange 0-65535' },
  { key: 'destination_port', ...port, conditions: listAfter('dst port'), without: 'not dst portrange 0-65535' },
  {
    key: 'protocol',
    words: ODD_PROTOCOLS,
    // Names are the same in capitals; small ones such as tcp are words of the language, which stand for more.
    spelled: (value) => (value === value.toLowerCase() ? value.toUpperCase() : value),
    takes: (value) => (/^\d+$/.test(value) ? Number(value) <= 255 : /^[a-z\d][a-z\d-]{0,30}$/i.test(value)),
    allowed: () => t('tag.protocol', 'a name such as TCP, or a number from 0 to 255'),
    conditions: listAfter('proto'),
    without: 'not (ip or ip6)',
    values: { seen: 'protocols' },
  },
  {
    key: 'vlan',
    ...wholeNumber(4_095),
    conditions: eachAfter('vlan'),
    without: 'not vlan',
    values: { seen: 'vlans' },
  },
  {
    key: 'ttl',
    ...wholeNumber(255),
    conditions: listAfter('ttl'),
    isOrdered: true,
    isOfPackets: true,
    without: 'not ttl >= 0',
    values: [],
  },
  {
    key: 'dscp',
    ...wholeNumber(63),
    conditions: listAfter('dscp'),
    isOrdered: true,
    isOfPackets: true,
    without: 'not dscp >= 0',
    values: [],
  },
  {
    key: 'direction',
    words: DIRECTIONS,
    takes: (value) => [...DIRECTIONS.values()].includes(value),
    allowed: () => anyOf([...DIRECTIONS.keys()]),
    conditions: (values) => values,
    values: [...DIRECTIONS.keys()],
  },
  {
    key: 'ethertype',
    words: ETHERTYPES,
    takes: (value) => /^0x[0-9a-f]{4}$/i.test(value),
    allowed: () => t('tag.ethertype', 'a name such as IPv4, ARP or LLDP, or a number such as 0x88cc'),
    conditions: listAfter('ether proto'),
    // VLAN tags are looked through: no filter finds a packet by the type of one.
    values: [...ETHERTYPES.keys()].filter((name) => !OF_TAGS.includes(name)),
  },
  { key: 'source_mac', ...mac, conditions: listAfter('ether src host') },
  { key: 'destination_mac', ...mac, conditions: listAfter('ether dst host') },
];
