import { t } from '../../locale/t';
import type { FieldName, Operator, ValueKind } from '../../resources/filter';
import type { Suggestion } from '../completion';

/* eslint-disable @grafana/i18n/no-untranslated-strings -- `text` is a word of the filter language */

/** Something of a packet that can be asked for. */
export interface Field {
  name: FieldName;
  label: () => string;
  operators: readonly Operator[];
  /** What values are suggested, or which there are to choose one from. */
  values: { suggested: ValueKind | (() => readonly Suggestion[]) } | { chosen: () => readonly Suggestion[] };
  placeholder: () => string;
  /** What stands in front of its values, where they can be a list: `host (a or b)`. */
  head?: string;
  /** Whether flows do not carry it. */
  isOfPackets?: boolean;
}

export const OPERATORS: Readonly<Record<Operator, { label: () => string; sign?: string; takesNoValue?: boolean }>> = {
  is: { label: () => t('operator.is', 'is') },
  'is-not': { label: () => t('operator.is-not', 'is not') },
  less: { label: () => t('operator.less', 'is less than'), sign: '<' },
  greater: { label: () => t('operator.greater', 'is greater than'), sign: '>' },
  'at-most': { label: () => t('operator.at-most', 'is at most'), sign: '<=' },
  'at-least': { label: () => t('operator.at-least', 'is at least'), sign: '>=' },
  present: { label: () => t('operator.present', 'is there'), takesNoValue: true },
  absent: { label: () => t('operator.absent', 'is not there'), takesNoValue: true },
  set: { label: () => t('operator.set', 'is set'), sign: '!=' },
  'not-set': { label: () => t('operator.not-set', 'is not set'), sign: '=' },
};

const EQUAL: readonly Operator[] = ['is', 'is-not'];
const COMPARED: readonly Operator[] = [...EQUAL, 'less', 'greater', 'at-most', 'at-least'];

const NONE = (): readonly Suggestion[] => [];

const address = { operators: EQUAL, values: { suggested: 'address' }, placeholder: () => '192.0.2.7' } as const;
const port = {
  operators: EQUAL,
  values: { suggested: 'service' },
  placeholder: () => t('field.port-placeholder', '443 or https'),
} as const;
const mac = {
  operators: EQUAL,
  values: { suggested: NONE },
  placeholder: () => '02:00:5e:10:00:01',
  isOfPackets: true,
};

/** All of them, as people look for them. */
export const FIELDS: readonly Field[] = [
  { name: 'host', label: () => t('field.host', 'Host'), head: 'host', ...address },
  { name: 'source-host', label: () => t('field.source-host', 'Source host'), head: 'src host', ...address },
  {
    name: 'destination-host',
    label: () => t('field.destination-host', 'Destination host'),
    head: 'dst host',
    ...address,
  },
  { name: 'net', label: () => t('field.net', 'Network'), head: 'net', ...address, placeholder: () => '10.0.0.0/8' },
  { name: 'port', label: () => t('field.port', 'Port'), head: 'port', ...port },
  { name: 'source-port', label: () => t('field.source-port', 'Source port'), head: 'src port', ...port },
  { name: 'destination-port', label: () => t('field.destination-port', 'Destination port'), head: 'dst port', ...port },
  { name: 'tcp-port', label: () => t('field.tcp-port', 'TCP port'), head: 'tcp port', ...port },
  { name: 'udp-port', label: () => t('field.udp-port', 'UDP port'), head: 'udp port', ...port },
  {
    name: 'protocol',
    label: () => t('field.protocol', 'Protocol'),
    operators: EQUAL,
    head: 'proto',
    values: { suggested: 'ip-protocol' },
    placeholder: () => 'tcp',
  },
  {
    name: 'vlan',
    label: () => t('field.vlan', 'VLAN'),
    operators: [...EQUAL, 'present', 'absent'],
    values: { suggested: 'vlan' },
    placeholder: () => '40',
  },
  {
    name: 'ttl',
    label: () => t('field.ttl', 'TTL'),
    operators: COMPARED,
    head: 'ttl',
    values: { suggested: NONE },
    placeholder: () => '1',
    isOfPackets: true,
  },
  {
    name: 'dscp',
    label: () => t('field.dscp', 'DSCP'),
    operators: COMPARED,
    head: 'dscp',
    values: { suggested: 'code-point' },
    placeholder: () => 'ef',
    isOfPackets: true,
  },
  {
    name: 'tcp-flag',
    label: () => t('field.tcp-flag', 'TCP flag'),
    operators: ['set', 'not-set'],
    values: {
      suggested: () => [
        { text: 'syn', meaning: t('tcp-flag.syn', 'begins a connection') },
        { text: 'ack', meaning: t('tcp-flag.ack', 'acknowledges') },
        { text: 'fin', meaning: t('tcp-flag.fin', 'ends a connection') },
        { text: 'rst', meaning: t('tcp-flag.rst', 'refuses or breaks off') },
        { text: 'push', meaning: t('tcp-flag.push', 'to be handed on at once') },
        { text: 'urg', meaning: t('tcp-flag.urg', 'has urgent data') },
        { text: 'ece', meaning: t('tcp-flag.ece', 'has heard of congestion') },
        { text: 'cwr', meaning: t('tcp-flag.cwr', 'has slowed down') },
      ],
    },
    placeholder: () => 'syn',
    isOfPackets: true,
  },
  {
    name: 'ethertype',
    label: () => t('field.ethertype', 'EtherType'),
    operators: EQUAL,
    head: 'ether proto',
    values: { suggested: 'ethertype' },
    placeholder: () => '0x88cc',
  },
  { name: 'mac', label: () => t('field.mac', 'MAC address'), head: 'ether host', ...mac },
  { name: 'source-mac', label: () => t('field.source-mac', 'Source MAC address'), head: 'ether src host', ...mac },
  {
    name: 'destination-mac',
    label: () => t('field.destination-mac', 'Destination MAC address'),
    head: 'ether dst host',
    ...mac,
  },
  {
    name: 'cast',
    label: () => t('field.cast', 'Broadcast or multicast'),
    operators: EQUAL,
    values: {
      chosen: () => [
        { text: 'broadcast', meaning: t('cast.broadcast', 'Ethernet broadcast') },
        { text: 'multicast', meaning: t('cast.multicast', 'Ethernet multicast or broadcast') },
        { text: 'ip broadcast', meaning: t('cast.ip-broadcast', 'IPv4 broadcast') },
        { text: 'ip multicast', meaning: t('cast.ip-multicast', 'IPv4 multicast') },
        { text: 'ip6 multicast', meaning: t('cast.ip6-multicast', 'IPv6 multicast') },
      ],
    },
    placeholder: () => t('field.choose', 'Choose'),
  },
  {
    name: 'direction',
    label: () => t('field.direction', 'Direction'),
    operators: EQUAL,
    values: {
      chosen: () => [
        { text: 'inbound', meaning: t('filter-direction.inbound', 'Inbound') },
        { text: 'outbound', meaning: t('filter-direction.outbound', 'Outbound') },
      ],
    },
    placeholder: () => t('field.choose', 'Choose'),
  },
  {
    name: 'length',
    label: () => t('field.length', 'Length'),
    operators: COMPARED,
    values: { suggested: NONE },
    placeholder: () => t('field.length-placeholder', '1500 bytes'),
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
  ...['ip', 'ip6', 'arp', 'rarp', 'atalk', 'aarp', 'decnet', 'lat', 'moprc', 'mopdl', 'lldp'],
];

/** Several ports as one value, which only `portrange` takes. */
export const PORT_RANGE = /^\d+-\d+$/;
