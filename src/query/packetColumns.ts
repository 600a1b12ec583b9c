/** Columns of packets that are shown where none are asked for. */
export const PACKET_COLUMNS = [
  'time',
  'interface',
  'direction',
  'source_mac',
  'destination_mac',
  'ethertype',
  'vlan',
  'inner_vlan',
  'version',
  'source_ip',
  'destination_ip',
  'protocol',
  'length',
  'frame_length',
  'segments',
  'ttl',
  'dscp',
  'fragment',
  'source_port',
  'destination_port',
  'tcp_flags',
  'icmp_type',
  'icmp_code',
  'malformed',
] as const;

/** Those that are shown besides where tunnels are looked into. */
export const TUNNEL_COLUMNS = ['tunnel', 'tunnel_id', 'outer_source_ip', 'outer_destination_ip'] as const;

/** What the hosts of a packet are called. */
export const NAME_COLUMNS = ['source_name', 'destination_name'] as const;
