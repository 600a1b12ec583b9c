import { t } from '../locale/t';

/** What columns are about, in the order in which a packet is taken apart. */
const GROUPS: ReadonlyArray<readonly [group: () => string, columns: readonly string[]]> = [
  [
    () => t('column-group.time-and-place', 'Time and place'),
    [
      'time',
      'host',
      'seen_at',
      'interface',
      'direction',
      'reason',
      'location',
      'hook',
      'first_seen',
      'last_seen',
      'group',
    ],
  ],
  [
    () => t('column-group.link', 'Link'),
    [
      'source_mac',
      'destination_mac',
      'source_mac_vendor',
      'destination_mac_vendor',
      'ethertype',
      'vlan',
      'inner_vlan',
      'frame_length',
      'segments',
    ],
  ],
  [
    () => t('column-group.ip', 'IP'),
    [
      'version',
      'source_ip',
      'destination_ip',
      'source_name',
      'destination_name',
      'name_source',
      'source_country',
      'destination_country',
      'source_asn',
      'destination_asn',
      'protocol',
      'length',
      'ttl',
      'dscp',
      'ip_id',
      'fragment',
      'arp_operation',
      'malformed',
    ],
  ],
  [
    () => t('column-group.transport', 'Transport'),
    ['source_port', 'destination_port', 'service', 'tcp_flags', 'tcp_window', 'icmp_type', 'icmp_code'],
  ],
  [() => t('column-group.process', 'Process'), ['process', 'pid', 'user', 'container']],
  [
    () => t('column-group.connection', 'Connection'),
    [
      'rtt',
      'retransmits',
      'handshake',
      'quality_source',
      'retransmitted_bytes',
      'resets',
      'zero_windows',
      'unanswered',
    ],
  ],
  [() => t('column-group.tunnel', 'Tunnel'), ['tunnel', 'tunnel_id', 'outer_source_ip', 'outer_destination_ip']],
  [
    () => t('column-group.interface', 'Interface'),
    ['state', 'seen', 'own', 'streams', 'ring_used', 'kernel_ns', 'flow_overflow', 'speed', 'carrier_changes'],
  ],
  [
    () => t('column-group.traffic', 'Traffic'),
    ['in_bits', 'out_bits', 'in_packets', 'out_packets', 'utilisation_in', 'utilisation_out'],
  ],
  [
    () => t('column-group.faults', 'Drops and errors'),
    ['in_dropped', 'in_missed', 'out_dropped', 'queue_dropped', 'in_errors', 'out_errors'],
  ],
  [
    () => t('column-group.stream', 'Stream'),
    ['channel', 'filter', 'matched', 'thinned', 'lost_ring', 'lost_queue', 'lost_network', 'delivered'],
  ],
  [() => t('column-group.counts', 'Counts'), ['packets', 'bytes', 'reverse_packets', 'reverse_bytes']],
];

/** Where a column is that no group has, such as one of a later version. */
const more = () => t('column-group.more', 'More');

/** What a column is about. */
export function groupOfColumn(name: string): string {
  const [group] = GROUPS.find(([, columns]) => columns.includes(name)) ?? [more];
  return group();
}

/** The columns by what they are about, and among those of one group in the order given. */
export function inGroups<T extends { name: string }>(columns: readonly T[]): T[] {
  const rank = ({ name }: T) => {
    const place = GROUPS.findIndex(([, names]) => names.includes(name));
    return place < 0 ? GROUPS.length : place;
  };
  return [...columns].sort((one, other) => rank(one) - rank(other));
}
