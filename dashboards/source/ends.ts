import type { Column } from './kit/table';
import { UNITS } from './kit/units';

/** The two hosts, and their ports. */
export const SIDES = [
  'source_ip',
  'source_name',
  'source_port',
  'destination_ip',
  'destination_name',
  'destination_port',
] as const;

/** Who talks with whom. */
export const ENDS = [...SIDES, 'protocol', 'vlan'] as const;

/** The same in the order in which a conversation is read. */
export const ENDS_SHOWN = {
  source_ip: { title: 'Source', empty: 'no IP address', canFilter: true },
  source_name: { title: 'Source name' },
  source_port: { title: 'Source port', width: 100, unit: UNITS.name },
  destination_ip: { title: 'Destination', empty: 'no IP address', canFilter: true },
  destination_name: { title: 'Destination name' },
  destination_port: { title: 'Destination port', width: 125, unit: UNITS.name },
  protocol: { title: 'Protocol', width: 95, canFilter: true },
  vlan: { title: 'VLAN', width: 65 },
} as const satisfies Record<(typeof ENDS)[number], Column>;

export const WHO =
  'The source is the side that started the conversation, if its start was seen; otherwise the side with the higher port.';
