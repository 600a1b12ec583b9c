import type { GroupBy } from './model';

interface Grouping {
  groupBy: GroupBy;
  label: string;
  description: string;
}

/** What rates can be grouped by. */
export const GROUPINGS: readonly Grouping[] = [
  { groupBy: 'protocol', label: 'Protocol', description: 'TCP, UDP, ICMP, …' },
  { groupBy: 'direction', label: 'Direction', description: 'Received and sent' },
  { groupBy: 'interface', label: 'Interface', description: 'Network interface of this machine' },
  { groupBy: 'source', label: 'Source', description: 'Address that packets come from' },
  { groupBy: 'destination', label: 'Destination', description: 'Address that packets go to' },
  { groupBy: 'host_ip', label: 'Host', description: 'Address of either side: a packet counts for both of its hosts' },
  { groupBy: 'source_port', label: 'Source port', description: 'Of TCP, UDP and SCTP' },
  { groupBy: 'destination_port', label: 'Destination port', description: 'Of TCP, UDP and SCTP' },
  { groupBy: 'tcp_flag', label: 'TCP flag', description: 'A packet counts for each of its flags; takes no filter' },
  { groupBy: 'vlan', label: 'VLAN', description: 'Outer VLAN id' },
  { groupBy: 'ethertype', label: 'Ethertype', description: 'IPv4, IPv6, ARP, …' },
  { groupBy: 'cast', label: 'Cast', description: 'To one station, to a group of them, to all' },
];
