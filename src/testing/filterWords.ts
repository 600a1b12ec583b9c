import type { Vocabulary } from '../query/completion';
import type { FilterWord } from '../resources/filter';

/** Some of each kind, in the back end's order. */
export const WORDS: FilterWord[] = [
  { text: 'host', kind: 'keyword', meaning: 'packets to or from an address' },
  { text: 'net', kind: 'keyword', meaning: 'packets to or from a network' },
  { text: 'port', kind: 'keyword', meaning: 'packets to or from a port or service' },
  { text: 'portrange', kind: 'keyword', meaning: 'packets to or from one of many ports' },
  { text: 'src', kind: 'keyword', meaning: 'only where packets come from' },
  { text: 'and', kind: 'keyword', meaning: 'both conditions' },
  { text: 'or', kind: 'keyword', meaning: 'at least one of the conditions' },
  { text: 'tcp', kind: 'protocol', meaning: 'IP protocol 6' },
  { text: 'udp', kind: 'protocol', meaning: 'IP protocol 17' },
  { text: 'arp', kind: 'ethertype', meaning: 'ARP, EtherType 0x0806' },
  { text: 'http', kind: 'service', meaning: 'port 80, tcp, udp, sctp' },
  { text: 'https', kind: 'service', meaning: 'port 443, tcp, udp, sctp' },
  { text: 'ssdp', kind: 'service', meaning: 'port 1900, tcp, udp' },
  { text: 'ef', kind: 'code-point', meaning: 'code point 46' },
  { text: 'tcpflags', kind: 'number', meaning: '13 in a comparison' },
  { text: 'tcp-syn', kind: 'number', meaning: '2 in a comparison' },
];

/** Where no panel has shown anything. */
export const NOTHING_SEEN: Vocabulary['seen'] = { hosts: [], ports: [], vlans: [], protocols: [] };
