import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { DIRECTION_COLORS } from '../../src/fields/colors';

import { mirrored } from './kit/graph';
import { ADDRESS, PAGES } from './kit/names';
import { pageOf } from './kit/page';
import { asking, sharing } from './kit/panel';
import { conversations, packets, rate, rates, reasons, wantedAnd } from './kit/queries';
import { tableOf } from './kit/table';
import { UNITS } from './kit/units';
import { addressVariable } from './kit/variables';
import { droppedLines, droppedRows, droppedTableOf, REASONS } from './dropped';
import { ENDS, ENDS_SHOWN, SIDES, WHO } from './ends';
import { hostLines } from './hosts';
import { packetRows, packetTableOf, ROWS_SHOWN } from './packetRows';
import { EXACT, OF_FLOWS } from './phrases';
import { servicesByPort } from './ports';
import { HIGHEST_SERVICE_PORT } from './services';

/** Milliseconds. */
const INTERVAL = 5_000;

/** Packets of the host, those that it sends, and those that it is sent. */
const OF_HOST = wantedAnd(`host $${ADDRESS}`);
const BY_HOST = wantedAnd(`src host $${ADDRESS}`);
const TO_HOST = wantedAnd(`dst host $${ADDRESS}`);

/** The panel that asks for what is known of the host. */
const WHO_IT_IS = 1;

/** What was counted from the first look at a filter on. */
const FROM_NOW_ON = 'This panel uses a filter, so it counts from the first look at it on.';

/** All that is known of one address. */
export function hostPage(): Dashboard {
  return pageOf({
    ...PAGES.host,
    description: 'All that is known of one host: names, ports, peers, quality, processes, drops and packets.',
    from: 'now-15m',
    ownVariables: [addressVariable()],
    rows: [
      {
        height: 7,
        panels: [
          [16, whoItIs()],
          [8, names()],
        ],
      },
      {
        height: 8,
        panels: [
          [12, howMuch(3, 'bits')],
          [12, howMuch(4, 'packets')],
        ],
      },
      {
        height: 9,
        panels: [
          [12, receivedFrom()],
          [12, sentTo()],
        ],
      },
      {
        height: 9,
        panels: [
          [12, ownPorts()],
          [12, askedPorts()],
        ],
      },
      { height: 12, panels: [[24, peers()]] },
      { height: 10, panels: [[24, quality()]] },
      {
        height: 9,
        panels: [
          [12, processes()],
          [12, dropped()],
        ],
      },
      { height: 9, panels: [[24, droppedPackets()]] },
      { height: 14, panels: [[24, itsPackets()]] },
    ],
  });
}

/** Packets that the host sends: their source is the host. */
const SENT = packets(
  [
    'time',
    'source_ip',
    'source_name',
    'name_source',
    'source_mac',
    'source_mac_vendor',
    'source_country',
    'source_asn',
  ],
  { rowsKept: 1_000, filter: BY_HOST }
);

function whoItIs() {
  const { panel, pipeline } = tableOf(
    SENT.rows()
      .groupBy(['source_ip', 'source_mac', 'source_mac_vendor', 'source_country', 'source_asn'], { time: 'last' })
      .sortBy('time (last)', 'descending'),
    {
      source_ip: { title: 'Address' },
      source_mac: { title: 'Card', width: 140, empty: 'no Ethernet' },
      source_mac_vendor: { title: 'Made by', empty: 'not known' },
      source_country: { title: 'Country', width: 80, empty: 'not known' },
      source_asn: { title: 'Network', empty: 'not known' },
      'time (last)': { title: 'Last seen', width: 95, unit: UNITS.clock },
    }
  );
  return asking(
    panel,
    {
      id: WHO_IT_IS,
      title: 'Who it is',
      description:
        'As far as the last 1,000 packets tell that the host has sent. The card is that of the host where it is on the same network, and otherwise that of the router by which it is reached. Country and network come from files that the administrator names.',
    },
    [SENT],
    pipeline
  );
}

function names() {
  const { panel, pipeline } = tableOf(
    SENT.rows()
      // Without a name of the source, the origin would be that of the other host's.
      .where('source_name', { is: 'isNotNull' })
      .groupBy(['source_name', 'name_source'], { time: 'last' })
      .sortBy('time (last)', 'descending'),
    {
      source_name: { title: 'Name' },
      name_source: { title: 'Known from', width: 100 },
      'time (last)': { title: 'Last seen', width: 95, unit: UNITS.clock },
    }
  );
  return sharing(
    panel,
    {
      id: 2,
      title: 'Names',
      description:
        'Names that packets of the host had when they came, and what each is known from: hosts (a file of this machine), interface, container, dns-answer, or ptr (a reverse look-up). The administrator decides about the last two.',
    },
    WHO_IT_IS,
    pipeline
  );
}

const MEASURES = {
  bits: { title: 'Bits per second', unit: UNITS.bitsPerSecond },
  packets: { title: 'Packets per second', unit: UNITS.packetsPerSecond },
} as const;

/** As the host sees it: what it receives is in, whichever way the interface sends it. */
function howMuch(id: number, measure: keyof typeof MEASURES) {
  const { title, unit } = MEASURES[measure];
  const each = { in: TO_HOST, out: BY_HOST } as const;
  return asking(
    mirrored(unit, DIRECTION_COLORS),
    {
      id,
      title,
      description: `${title} on the wire: what the host receives above zero, what it sends below zero. ${EXACT} ${FROM_NOW_ON}`,
    },
    (['in', 'out'] as const).map((refId) => rate(measure, { refId, interval: INTERVAL, filter: each[refId] }))
  );
}

function dropped() {
  return asking(
    droppedLines(),
    {
      id: 5,
      title: 'Dropped packets per second, by reason',
      description: `Packets from the host and to it that the kernel of this machine drops. ${REASONS}`,
    },
    [reasons({ interval: INTERVAL, filter: OF_HOST })]
  );
}

function receivedFrom() {
  return asking(
    hostLines('source'),
    {
      id: 6,
      title: 'Received, by peer',
      description: `Bits per second that the host receives, by the address that sends them: the ten largest in the time range, and all others together. Click an address to open that host. ${FROM_NOW_ON} ${OF_FLOWS}`,
    },
    [rates('bits', 'source', { interval: INTERVAL, filter: TO_HOST })]
  );
}

function sentTo() {
  return asking(
    hostLines('destination'),
    {
      id: 7,
      title: 'Sent, by peer',
      description: `Bits per second that the host sends, by the address that they go to: the ten largest in the time range, and all others together. Click an address to open that host. ${FROM_NOW_ON} ${OF_FLOWS}`,
    },
    [rates('bits', 'destination', { interval: INTERVAL, filter: BY_HOST })]
  );
}

function ownPorts() {
  return asking(
    servicesByPort(),
    {
      id: 8,
      title: 'Services of this host, by port',
      description: `Bits per second that the host sends from the ports of services: answers and downloads. Ports up to ${HIGHEST_SERVICE_PORT} count as services; systems give higher ones to clients. ${FROM_NOW_ON} ${OF_FLOWS}`,
    },
    [
      rates('bits', 'source_port', {
        interval: INTERVAL,
        filter: `${BY_HOST} and src portrange 1-${HIGHEST_SERVICE_PORT}`,
      }),
    ]
  );
}

function askedPorts() {
  return asking(
    servicesByPort(),
    {
      id: 9,
      title: 'Services that it uses, by port',
      description: `Bits per second that the host sends to the ports of services of others: requests and uploads. Ports up to ${HIGHEST_SERVICE_PORT} count as services; systems give higher ones to clients. ${FROM_NOW_ON} ${OF_FLOWS}`,
    },
    [
      rates('bits', 'destination_port', {
        interval: INTERVAL,
        filter: `${BY_HOST} and dst portrange 1-${HIGHEST_SERVICE_PORT}`,
      }),
    ]
  );
}

function peers() {
  const asked = conversations([...ENDS, 'service', 'bytes', 'reverse_bytes', 'first_seen', 'last_seen'], {
    interval: INTERVAL,
    top: 100,
    since: 'start',
    filter: OF_HOST,
  });
  const { panel, pipeline } = tableOf(
    asked.rows().across('both', 'sum', ['bytes', 'reverse_bytes']).sortBy('both', 'descending'),
    {
      ...ENDS_SHOWN,
      service: { title: 'Service', width: 95 },
      bytes: { title: 'From source', width: 110, unit: UNITS.bytes },
      reverse_bytes: { title: 'To source', width: 110, unit: UNITS.bytes },
      first_seen: { title: 'First seen', width: 95, unit: UNITS.clock },
      last_seen: { title: 'Last seen', width: 95, unit: UNITS.clock },
    }
  );
  return asking(
    panel,
    {
      id: 10,
      title: 'Conversations',
      description: `The 100 largest conversations of the host, by bytes, since counting began: for interfaces that are counted from the start, since Grafana started. ${WHO} Click an address to open that host, or to see the packets. ${OF_FLOWS}`,
    },
    [asked],
    pipeline
  );
}

function quality() {
  const asked = conversations(
    [...SIDES, 'rtt', 'retransmits', 'handshake', 'resets', 'zero_windows', 'unanswered', 'quality_source'],
    { interval: INTERVAL, top: 100, since: 'start', filter: `${OF_HOST} and tcp` }
  );
  const { panel, pipeline } = tableOf(
    asked
      .rows()
      .where('quality_source', { is: 'isNotNull' })
      .sortBy('rtt', 'descending')
      .sortBy('retransmits', 'descending'),
    {
      source_ip: { title: 'Source' },
      source_name: { title: 'Source name' },
      source_port: { title: 'Source port', width: 100, unit: UNITS.name },
      destination_ip: { title: 'Destination' },
      destination_name: { title: 'Destination name' },
      destination_port: { title: 'Destination port', width: 125, unit: UNITS.name },
      rtt: { title: 'Round trip', width: 95 },
      retransmits: { title: 'Sent again', width: 90 },
      handshake: { title: 'Handshake', width: 95 },
      resets: { title: 'Resets', width: 75 },
      zero_windows: { title: 'No room', width: 80 },
      unanswered: { title: 'Unanswered', width: 100 },
      quality_source: { title: 'Measured', width: 90 },
    }
  );
  return asking(
    panel,
    {
      id: 11,
      title: 'Quality of connections',
      description: `How well the TCP connections are that are among the 100 largest of the host, the worst on top: round trip, segments that were sent again, time of the handshake, packets with RST, packets whose sender has no room for more (a window of zero), and requests for the connection without an answer. Round trip and segments are measured by a socket of this machine, or estimated by the packets of a connection that is forwarded: then the round trip is that of the handshake. A connection that was there before the first look is known to its socket from its next round trip on. ${OF_FLOWS}`,
    },
    [asked],
    pipeline
  );
}

function processes() {
  const asked = conversations(['process', 'pid', 'user', 'container', 'bytes', 'reverse_bytes'], {
    interval: INTERVAL,
    top: 100,
    since: 'start',
    filter: OF_HOST,
  });
  const { panel, pipeline } = tableOf(
    asked
      .rows()
      .where('process', { is: 'isNotNull' })
      .across('both', 'sum', ['bytes', 'reverse_bytes'])
      .groupBy(['process', 'pid', 'user', 'container'], { both: 'sum' })
      .sortBy('both (sum)', 'descending'),
    {
      process: { title: 'Process' },
      pid: { title: 'PID', width: 85, unit: UNITS.name },
      user: { title: 'User', width: 85 },
      container: { title: 'Container' },
      'both (sum)': { title: 'Bytes', width: 90, unit: UNITS.bytes },
    }
  );
  return asking(
    panel,
    {
      id: 12,
      title: 'Processes',
      description: `Programs of this machine whose conversations with the host are among its 100 largest, with the bytes both ways. Where the administrator has not allowed it (processes = true), this panel shows that and nothing else. ${OF_FLOWS}`,
    },
    [asked],
    pipeline
  );
}

function droppedPackets() {
  const asked = droppedRows({ rowsKept: 1_000, filter: OF_HOST });
  const { panel, pipeline } = droppedTableOf(asked);
  return asking(
    panel,
    {
      id: 13,
      title: 'Dropped packets',
      description:
        'A row for each packet from the host or to it that the kernel of this machine dropped, the newest 1,000 of them, the newest on top. If more come than rows per second allow, rare ones stay.',
    },
    [asked],
    pipeline
  );
}

function itsPackets() {
  const asked = packetRows({ rowsKept: 1_000, filter: OF_HOST });
  const { panel, pipeline } = packetTableOf(asked);
  return asking(
    panel,
    {
      id: 14,
      title: 'Packets',
      description: `The newest ${ROWS_SHOWN} packets from the host and to it, the newest on top. The kernel leaves out what exceeds the rows per second, and the corner of this panel reports how many rows that was. The graphs above count every packet.`,
    },
    [asked],
    pipeline
  );
}
