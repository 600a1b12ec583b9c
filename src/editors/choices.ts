import { KINDS } from '../query/kinds';
import type { Direction, Measure, QueryKind, Since } from '../query/model';
import type { VariableList } from '../query/variableQuery';

import type { Choice } from './ChoiceField';

export const KIND_CHOICES: ReadonlyArray<Choice<QueryKind>> = KINDS.map(({ kind, label, description }) => ({
  label,
  value: kind,
  description,
}));

export const DIRECTIONS: ReadonlyArray<Choice<Direction>> = [
  { label: 'In', value: 'in', description: 'Packets that the interface receives' },
  { label: 'Out', value: 'out', description: 'Packets that the interface sends' },
  { label: 'Both', value: 'both', description: 'Received and sent packets' },
];

export const MEASURES: ReadonlyArray<Choice<Measure>> = [
  { label: 'Packets/s', value: 'packets', description: 'Packets on the wire, per second' },
  { label: 'Bits/s', value: 'bits', description: 'Bits on the wire, per second' },
  { label: 'Size', value: 'size', description: 'Mean size of a packet on the wire' },
  { label: 'Utilisation', value: 'utilisation', description: "Percent of the link's speed" },
];

export const SINCES: ReadonlyArray<Choice<Since>> = [
  { label: 'Last interval', value: 'interval', description: 'Conversations of the last interval alone' },
  { label: 'Start', value: 'start', description: 'All conversations since the stream began' },
];

export const VARIABLE_LIST_CHOICES: ReadonlyArray<Choice<VariableList>> = [
  { label: 'Interfaces', value: 'interfaces', description: "Interfaces of this machine, the default route's first" },
  { label: 'Hosts', value: 'hosts', description: 'IP addresses that were seen, of either side' },
  { label: 'Ports', value: 'ports', description: 'Ports of TCP, UDP and SCTP that were seen, of either side' },
  { label: 'VLANs', value: 'vlans', description: 'Ids of outer VLAN tags that were seen' },
  { label: 'Protocols', value: 'protocols', description: 'IP protocols that were seen' },
];
