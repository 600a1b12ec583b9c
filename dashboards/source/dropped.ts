import { legendBeside, RARE, stacked } from './kit/graph';
import { drops } from './kit/queries';
import { tableOf } from './kit/table';
import { UNITS } from './kit/units';
import { SIDES } from './ends';

/** What is said of reasons. */
export const REASONS =
  'Reasons have the names of the running kernel. Every packet is counted. What a card or an XDP program drops is not among them.';

/** A row for each packet that the kernel drops of those that a filter wants; none: the reader's. */
export function droppedRows(scope: { rowsKept: number; filter?: string }) {
  return drops(
    [
      'time',
      'interface',
      'direction',
      'reason',
      'location',
      ...SIDES,
      'protocol',
      'ttl',
      'frame_length',
      'tcp_flags',
      'host',
    ],
    scope
  );
}

/** The newest on top. */
export function droppedTableOf(asked: ReturnType<typeof droppedRows>) {
  // Several packets have the same millisecond, so that their times do not tell which came last.
  const rows = asked.rows().number('arrival').sortBy('arrival', 'descending');
  return tableOf(rows, {
    time: { title: 'Time', width: 115, unit: UNITS.moment },
    interface: { title: 'Interface', width: 90, empty: 'not known' },
    direction: { title: 'Direction', width: 80, empty: 'not known' },
    reason: { title: 'Reason', width: 190, canFilter: true },
    location: { title: 'Function', empty: 'not known' },
    source_ip: { title: 'Source' },
    source_name: { title: 'Source name' },
    source_port: { title: 'Port', width: 75, unit: UNITS.name },
    destination_ip: { title: 'Destination' },
    destination_name: { title: 'Destination name' },
    destination_port: { title: 'To port', width: 75, unit: UNITS.name },
    protocol: { title: 'Protocol', width: 85 },
    ttl: { title: 'TTL', width: 55 },
    frame_length: { title: 'Bytes', width: 75 },
    tcp_flags: { title: 'TCP flags', width: 110 },
    host: { title: 'Machine', width: 90 },
  });
}

/** Packets per second, by why the kernel dropped them. */
export function droppedLines() {
  return stacked(UNITS.packetsPerSecond).legend(legendBeside()).overrideByRegexp('/./', [RARE]);
}
