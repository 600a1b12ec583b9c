import { t } from '../locale/t';
import { KINDS } from '../query/kinds';
import type { Decapsulate, Direction, Format, Measure, QueryKind, Since } from '../query/model';
import type { VariableList } from '../query/variableQuery';

import type { Choice } from './ChoiceField';

export function kindChoices(): Array<Choice<QueryKind>> {
  return KINDS.map(({ kind, label, description }) => ({ label: label(), value: kind, description: description() }));
}

export function directionChoices(): Array<Choice<Direction>> {
  return [
    {
      label: t('direction.in.label', 'In'),
      value: 'in',
      description: t('direction.in.description', 'Packets that the interface receives'),
    },
    {
      label: t('direction.out.label', 'Out'),
      value: 'out',
      description: t('direction.out.description', 'Packets that the interface sends'),
    },
    {
      label: t('direction.both.label', 'Both'),
      value: 'both',
      description: t('direction.both.description', 'Received and sent packets'),
    },
  ];
}

/** Of packets, or of conversations. */
export function formatChoices(kind: QueryKind | undefined): Array<Choice<Format>> {
  const table: Choice<Format> = {
    label: t('format.table.label', 'Table'),
    value: 'table',
    description: t('format.table.description', 'Rows with columns'),
  };
  const others: Array<Choice<Format>> =
    kind === 'flows'
      ? [
          {
            label: t('format.graph.label', 'Graph'),
            value: 'graph',
            description: t('format.graph.description', 'Hosts and what they say to each other, for a Node graph panel'),
          },
          {
            label: t('format.matrix.label', 'Matrix'),
            value: 'matrix',
            description: t('format.matrix.description', 'Who sends how much to whom, as a heat map in a Table panel'),
          },
        ]
      : [
          {
            label: t('format.lines.label', 'Lines'),
            value: 'lines',
            description: t('format.lines.description', 'Lines in the words of tcpdump, for a Logs panel'),
          },
        ];
  return [table, ...others];
}

export function measureChoices(): Array<Choice<Measure>> {
  return [
    {
      label: t('measure.packets.label', 'Packets/s'),
      value: 'packets',
      description: t('measure.packets.description', 'Packets on the wire, per second'),
    },
    {
      label: t('measure.bits.label', 'Bits/s'),
      value: 'bits',
      description: t('measure.bits.description', 'Bits on the wire, per second'),
    },
    {
      label: t('measure.size.label', 'Size'),
      value: 'size',
      description: t('measure.size.description', 'Mean size of a packet on the wire'),
    },
    {
      label: t('measure.utilisation.label', 'Utilisation'),
      value: 'utilisation',
      description: t('measure.utilisation.description', "Percent of the link's speed"),
    },
    {
      label: t('measure.retransmits.label', 'Retransmits/s'),
      value: 'retransmits',
      description: t('measure.retransmits.description', 'TCP segments whose data had been seen before'),
    },
    {
      label: t('measure.resets.label', 'Resets/s'),
      value: 'resets',
      description: t('measure.resets.description', 'TCP packets with RST'),
    },
    {
      label: t('measure.zero-windows.label', 'Zero windows/s'),
      value: 'zero_windows',
      description: t('measure.zero-windows.description', 'TCP packets whose sender has no room'),
    },
    {
      label: t('measure.unanswered.label', 'Unanswered/s'),
      value: 'unanswered',
      description: t('measure.unanswered.description', 'Requests for a TCP connection without an answer'),
    },
    {
      label: t('measure.rtt.label', 'Round trip'),
      value: 'rtt',
      description: t('measure.rtt.description', 'Mean round trip of the TCP handshakes that were seen'),
    },
  ];
}

export function sinceChoices(): Array<Choice<Since>> {
  return [
    {
      label: t('since.interval.label', 'Last interval'),
      value: 'interval',
      description: t('since.interval.description', 'Conversations of the last interval alone'),
    },
    {
      label: t('since.start.label', 'Start'),
      value: 'start',
      description: t('since.start.description', 'All conversations since the stream began'),
    },
  ];
}

export function decapsulateChoices(): Array<Choice<Decapsulate>> {
  return [
    {
      label: t('decapsulate.none.label', 'Outer headers'),
      value: 'none',
      description: t('decapsulate.none.description', 'Packets as they are on the wire'),
    },
    {
      label: t('decapsulate.inner.label', 'Innermost packet'),
      value: 'inner',
      description: t('decapsulate.inner.description', 'Packets inside up to three tunnels; all others as they are'),
    },
  ];
}

export function variableListChoices(): Array<Choice<VariableList>> {
  return [
    {
      label: t('variable.interfaces.label', 'Interfaces'),
      value: 'interfaces',
      description: t('variable.interfaces.description', "Interfaces of this machine, the default route's first"),
    },
    {
      label: t('variable.machines.label', 'Machines'),
      value: 'machines',
      description: t('variable.machines.description', 'Machines whose packets this data source has'),
    },
    {
      label: t('variable.hosts.label', 'Hosts'),
      value: 'hosts',
      description: t('variable.hosts.description', 'IP addresses that were seen, of either side'),
    },
    {
      label: t('variable.ports.label', 'Ports'),
      value: 'ports',
      description: t('variable.ports.description', 'Ports of TCP, UDP and SCTP that were seen, of either side'),
    },
    {
      label: t('variable.vlans.label', 'VLANs'),
      value: 'vlans',
      description: t('variable.vlans.description', 'Ids of outer VLAN tags that were seen'),
    },
    {
      label: t('variable.protocols.label', 'Protocols'),
      value: 'protocols',
      description: t('variable.protocols.description', 'IP protocols that were seen'),
    },
  ];
}
