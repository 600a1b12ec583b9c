/** What columns are about, in the order in which a packet is taken apart. */
const GROUPS: ReadonlyArray<readonly [group: string, columns: readonly string[]]> = [
  ['Time and place', ['time', 'host', 'interface', 'direction', 'hook', 'first_seen', 'last_seen', 'group']],
  ['Link', ['source_mac', 'destination_mac', 'ethertype', 'vlan', 'inner_vlan', 'frame_length', 'segments']],
  ['IP', ['version', 'source_ip', 'destination_ip', 'protocol', 'length', 'ttl', 'dscp', 'fragment', 'malformed']],
  ['Transport', ['source_port', 'destination_port', 'tcp_flags', 'icmp_type', 'icmp_code']],
  ['Interface', ['state', 'reason', 'seen', 'own', 'streams', 'ring_used', 'kernel_ns', 'flow_overflow']],
  ['Stream', ['channel', 'filter', 'matched', 'thinned', 'lost_ring', 'lost_queue', 'delivered']],
  ['Counts', ['packets', 'bytes', 'reverse_packets', 'reverse_bytes']],
];

/** Where a column is that no group has, such as one of a later version. */
const MORE = 'More';

/** What a column is about. */
export function groupOfColumn(name: string): string {
  return GROUPS.find(([, columns]) => columns.includes(name))?.[0] ?? MORE;
}

/** The columns by what they are about, and among those of one group in the order given. */
export function inGroups<T extends { name: string }>(columns: readonly T[]): T[] {
  const order = [...GROUPS.map(([group]) => group), MORE];
  const rank = ({ name }: T) => order.indexOf(groupOfColumn(name));
  return [...columns].sort((one, other) => rank(one) - rank(other));
}
