import type { XdpQuery } from '../query/model';

import type { Row } from './panelPipeline';

const PACKETS: Row[] = [
  { protocol: 'TCP', source_ip: '192.0.2.1', destination_ip: '192.0.2.2', frame_length: 60, ttl: 64 },
  { protocol: 'UDP', source_ip: '192.0.2.9', destination_ip: '239.255.255.250', frame_length: 143, ttl: 1 },
  { protocol: null, source_ip: '192.0.2.9', destination_ip: '192.0.2.2', frame_length: 42 },
];

const FLOWS: Row[] = [
  { source_ip: '192.0.2.1', source_port: 50_000, destination_ip: '2001:db8::1', destination_port: 443 },
  { source_ip: null, destination_ip: null, protocol: null },
];

const COUNTERS = { streams: 1, matched: 4, thinned: 0, lost_ring: 0, lost_queue: 0, delivered: 4, flow_overflow: 0 };

const CAPTURE: Row[] = [
  { interface: 'eth0', direction: 'in', hook: 'tcx', seen: 5, own: 1, channel: 'packets/1f', filter: '', ...COUNTERS },
  { interface: 'eth0', direction: 'out', hook: 'tcx', seen: 3, own: 0, channel: null, ...COUNTERS },
];

/** Groups as the back end names them. */
const GROUPS: Partial<Record<NonNullable<XdpQuery['groupBy']>, string[]>> = {
  protocol: ['TCP', 'UDP', 'ICMP', 'none', 'other'],
  source: ['192.0.2.1', '2001:db8::1', 'none', 'other'],
  interface: ['eth0', 'lo'],
  cast: ['unicast', 'multicast', 'broadcast', 'none'],
  vlan: ['none', '40', '41', 'other'],
};

/** Rows of what a query asks for. */
export function sampleRows({ kind, groupBy }: XdpQuery): Row[] {
  const rows = {
    packets: PACKETS,
    flows: FLOWS,
    capture: CAPTURE,
    rates: groupBy === undefined ? [{ value: 7 }] : (GROUPS[groupBy] ?? []).map((group) => ({ group, value: 8 })),
  }[kind ?? 'packets'];
  return rows.map((row, index) => ({ time: kind === 'rates' ? 1_000 : 1_000 + index, ...row }));
}
