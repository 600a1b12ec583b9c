import { packets } from './kit/queries';
import { tableOf } from './kit/table';
import { UNITS } from './kit/units';
import { SIDES } from './ends';

/** What a reader can scroll through while rows come. */
export const ROWS_SHOWN = 500;

/** A row for each packet that a filter wants; none: the reader's. */
export function packetRows(scope: { rowsKept: number; filter?: string }) {
  return packets(
    ['time', 'interface', 'direction', 'ethertype', 'protocol', ...SIDES, 'frame_length', 'ttl', 'tcp_flags', 'host'],
    scope
  );
}

/** The newest of them, the newest on top. */
export function packetTableOf(asked: ReturnType<typeof packetRows>) {
  // Several packets have the same millisecond, so that their times do not tell which came last.
  const rows = asked.rows().number('arrival').sortBy('arrival', 'descending').limit(ROWS_SHOWN);
  return tableOf(rows, {
    time: { title: 'Time', width: 105, unit: UNITS.moment },
    protocol: { title: 'Protocol', width: 90, canFilter: true },
    source_ip: { title: 'Source', canFilter: true },
    source_name: { title: 'Source name' },
    source_port: { title: 'Source port', width: 95, unit: UNITS.name },
    destination_ip: { title: 'Destination', canFilter: true },
    destination_name: { title: 'Destination name' },
    destination_port: { title: 'Destination port', width: 122, unit: UNITS.name },
    frame_length: { title: 'Bytes', width: 55, unit: UNITS.name },
    ttl: { title: 'TTL', width: 45 },
    tcp_flags: { title: 'TCP flags', width: 100 },
    host: { title: 'Machine', width: 90 },
    direction: { title: 'Direction', width: 77 },
    ethertype: { title: 'EtherType', width: 82 },
    interface: { title: 'Interface', width: 75 },
  });
}
