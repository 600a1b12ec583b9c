import type { FieldName, Operator, ValueKind } from '../../resources/filter';
import type { Suggestion } from '../completion';

/** Something of a packet that can be asked for. */
export interface Field {
  name: FieldName;
  label: string;
  operators: readonly Operator[];
  /** What values are suggested, or which there are to choose one from. */
  values: { suggested: ValueKind | readonly Suggestion[] } | { chosen: readonly Suggestion[] };
  placeholder: string;
  /** What stands in front of its values, where they can be a list: `host (a or b)`. */
  head?: string;
  /** Whether flows do not carry it. */
  isOfPackets?: boolean;
}

export const OPERATORS: Readonly<Record<Operator, { label: string; sign?: string; takesNoValue?: boolean }>> = {
  is: { label: 'is' },
  'is-not': { label: 'is not' },
  less: { label: 'is less than', sign: '<' },
  greater: { label: 'is greater than', sign: '>' },
  'at-most': { label: 'is at most', sign: '<=' },
  'at-least': { label: 'is at least', sign: '>=' },
  present: { label: 'is there', takesNoValue: true },
  absent: { label: 'is not there', takesNoValue: true },
  set: { label: 'is set', sign: '!=' },
  'not-set': { label: 'is not set', sign: '=' },
};

const EQUAL: readonly Operator[] = ['is', 'is-not'];
const COMPARED: readonly Operator[] = [...EQUAL, 'less', 'greater', 'at-most', 'at-least'];

const address = { operators: EQUAL, values: { suggested: 'address' }, placeholder: '192.0.2.7' } as const;
const port = { operators: EQUAL, values: { suggested: 'service' }, placeholder: '443 or https' } as const;
const mac = {
  operators: EQUAL,
  values: { suggested: [] as Suggestion[] },
  placeholder: '02:00:5e:10:00:01',
  isOfPackets: true,
};

/** All of them, as people look for them. */
export const FIELDS: readonly Field[] = [
  { name: 'host', label: 'Host', head: 'host', ...address },
  { name: 'source-host', label: 'Source host', head: 'src host', ...address },
  { name: 'destination-host', label: 'Destination host', head: 'dst host', ...address },
  { name: 'net', label: 'Network', head: 'net', ...address, placeholder: '10.0.0.0/8' },
  { name: 'port', label: 'Port', head: 'port', ...port },
  { name: 'source-port', label: 'Source port', head: 'src port', ...port },
  { name: 'destination-port', label: 'Destination port', head: 'dst port', ...port },
  { name: 'tcp-port', label: 'TCP port', head: 'tcp port', ...port },
  { name: 'udp-port', label: 'UDP port', head: 'udp port', ...port },
  {
    name: 'protocol',
    label: 'Protocol',
    operators: EQUAL,
    head: 'proto',
    values: { suggested: 'ip-protocol' },
    placeholder: 'tcp',
  },
  {
    name: 'vlan',
    label: 'VLAN',
    operators: [...EQUAL, 'present', 'absent'],
    values: { suggested: 'vlan' },
    placeholder: '40',
  },
  {
    name: 'ttl',
    label: 'TTL',
    operators: COMPARED,
    head: 'ttl',
    values: { suggested: [] },
    placeholder: '1',
    isOfPackets: true,
  },
  {
    name: 'dscp',
    label: 'DSCP',
    operators: COMPARED,
    head: 'dscp',
    values: { suggested: 'code-point' },
    placeholder: 'ef',
    isOfPackets: true,
  },
  {
    name: 'tcp-flag',
    label: 'TCP flag',
    operators: ['set', 'not-set'],
    values: {
      suggested: [
        { text: 'syn', meaning: 'begins a connection' },
        { text: 'ack', meaning: 'acknowledges' },
        { text: 'fin', meaning: 'ends a connection' },
        { text: 'rst', meaning: 'refuses or breaks off' },
        { text: 'push', meaning: 'to be handed on at once' },
        { text: 'urg', meaning: 'has urgent data' },
        { text: 'ece', meaning: 'has heard of congestion' },
        { text: 'cwr', meaning: 'has slowed down' },
      ],
    },
    placeholder: 'syn',
    isOfPackets: true,
  },
  {
    name: 'ethertype',
    label: 'EtherType',
    operators: EQUAL,
    head: 'ether proto',
    values: { suggested: 'ethertype' },
    placeholder: '0x88cc',
  },
  { name: 'mac', label: 'MAC address', head: 'ether host', ...mac },
  { name: 'source-mac', label: 'Source MAC address', head: 'ether src host', ...mac },
  { name: 'destination-mac', label: 'Destination MAC address', head: 'ether dst host', ...mac },
  {
    name: 'cast',
    label: 'Broadcast or multicast',
    operators: EQUAL,
    values: {
      chosen: [
        { text: 'broadcast', meaning: 'Ethernet broadcast' },
        { text: 'multicast', meaning: 'Ethernet multicast or broadcast' },
        { text: 'ip broadcast', meaning: 'IPv4 broadcast' },
        { text: 'ip multicast', meaning: 'IPv4 multicast' },
        { text: 'ip6 multicast', meaning: 'IPv6 multicast' },
      ],
    },
    placeholder: 'Choose',
  },
  {
    name: 'direction',
    label: 'Direction',
    operators: EQUAL,
    values: {
      chosen: [
        { text: 'inbound', meaning: 'Inbound' },
        { text: 'outbound', meaning: 'Outbound' },
      ],
    },
    placeholder: 'Choose',
  },
  {
    name: 'length',
    label: 'Length',
    operators: COMPARED,
    values: { suggested: [] },
    placeholder: '1500 bytes',
    isOfPackets: true,
  },
];

const BY_NAME = Object.fromEntries(FIELDS.map((field) => [field.name, field])) as Record<FieldName, Field>;

export function fieldNamed(name: FieldName): Field {
  return BY_NAME[name];
}

/** Words that are a protocol by themselves. Behind `proto` they need a backslash. */
export const PROTOCOL_WORDS: readonly string[] = [
  ...['tcp', 'udp', 'sctp', 'icmp', 'icmp6', 'igmp', 'pim', 'vrrp', 'ah', 'esp'],
  ...['ip', 'ip6', 'arp', 'rarp', 'atalk', 'aarp', 'decnet', 'lat', 'moprc', 'mopdl'],
];

/** Several ports as one value, which only `portrange` takes. */
export const PORT_RANGE = /^\d+-\d+$/;
