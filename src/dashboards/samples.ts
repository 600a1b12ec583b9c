import type { XdpQuery } from '../query/model';

import type { Row } from './panelPipeline';

const PACKETS: Row[] = [
  {
    protocol: 'TCP',
    source_ip: '192.0.2.1',
    source_name: 'nas',
    name_source: 'hosts',
    destination_ip: '192.0.2.2',
    frame_length: 60,
    ttl: 64,
  },
  { protocol: 'UDP', source_ip: '192.0.2.9', destination_ip: '239.255.255.250', frame_length: 143, ttl: 1 },
  { protocol: null, source_ip: '192.0.2.9', destination_ip: '192.0.2.2', frame_length: 42 },
];

const FLOW = { packets: 10, bytes: 1_000, reverse_packets: 5, reverse_bytes: 500, first_seen: 1_000, last_seen: 9_000 };

const LOCAL = { rtt: 0.3, retransmits: 0, quality_source: 'socket', process: 'curl', pid: 7, user: 'root' };

const FLOWS: Row[] = [
  {
    ...FLOW,
    ...LOCAL,
    source_ip: '192.0.2.1',
    source_port: 50_000,
    destination_ip: '2001:db8::1',
    destination_port: 443,
  },
  { ...FLOW, source_ip: null, destination_ip: null, protocol: null },
];

const COUNTERS = { streams: 1, matched: 4, thinned: 0, lost_ring: 0, lost_queue: 0, delivered: 4, flow_overflow: 0 };

const HOOK = { interface: 'eth0', hook: 'tcx', ring_used: 0, own: 0, ...COUNTERS };

const CAPTURE: Row[] = [
  { ...HOOK, direction: 'in', seen: 5, channel: 'packets/1f', filter: '' },
  { ...HOOK, direction: 'out', seen: 3, channel: null },
];

const DROPS: Row[] = [
  {
    interface: 'eth0',
    direction: 'in',
    reason: 'NO_SOCKET',
    location: 'tcp_v4_rcv',
    protocol: 'TCP',
    frame_length: 60,
  },
  { interface: null, direction: null, reason: 'NOT_SPECIFIED', location: null, protocol: null, frame_length: 42 },
];

const INTERFACES: Row[] = [
  {
    interface: 'eth0',
    state: 'up',
    speed: 1e9,
    in_bits: 8,
    out_bits: 4,
    in_packets: 3,
    in_dropped: 0,
    queue_dropped: 2,
  },
  { interface: 'lo', state: 'unknown', speed: null, in_bits: 0, out_bits: 0, in_packets: 0, in_dropped: 0 },
];

/** Groups as the back end names them. */
const GROUPS: Partial<Record<NonNullable<XdpQuery['groupBy']>, string[]>> = {
  protocol: ['TCP', 'UDP', 'ICMP', 'none', 'other'],
  source: ['192.0.2.1', '2001:db8::1', 'none', 'other'],
  destination: ['192.0.2.1', '2001:db8::1', 'none', 'other'],
  host_ip: ['192.0.2.1', '2001:db8::1', 'none', 'other'],
  source_port: ['443', '4444', 'other'],
  destination_port: ['443', '4444', 'other'],
  interface: ['eth0', 'lo'],
  cast: ['unicast', 'multicast', 'broadcast', 'none'],
  vlan: ['none', '40', '41', 'other'],
  reason: ['NO_SOCKET', 'QDISC_DROP'],
};

const COUNTS = { value: 8, packets: 3, segments: 4, bytes: 300 };

/** Rows of what a query asks for. */
export function sampleRows({ kind, groupBy }: XdpQuery): Row[] {
  const rows = {
    packets: PACKETS,
    flows: FLOWS,
    capture: CAPTURE,
    interfaces: INTERFACES,
    drops: groupBy === undefined ? DROPS : (GROUPS[groupBy] ?? []).map((group) => ({ group, ...COUNTS })),
    rates: groupBy === undefined ? [COUNTS] : (GROUPS[groupBy] ?? []).map((group) => ({ group, ...COUNTS })),
  }[kind ?? 'packets'];
  return rows.map((row, index) => ({
    time: kind === 'rates' || groupBy !== undefined ? 1_000 : 1_000 + index,
    ...row,
  }));
}
