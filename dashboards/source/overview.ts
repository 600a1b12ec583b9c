import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { figures, plain } from './kit/figures';
import { fixedColor, lines, named, RARE, shares, stacked } from './kit/graph';
import { toConversations, toHost } from './kit/links';
import { PAGES } from './kit/names';
import { pageOf } from './kit/page';
import { asking } from './kit/panel';
import { capture, counts, rate, rates, wantedAnd } from './kit/queries';
import { tableOf } from './kit/table';
import { UNITS } from './kit/units';
import { hostLines } from './hosts';
import { LOSS, lossFigures, lossOf } from './loss';
import { EXACT, OF_FLOWS } from './phrases';
import { servicesByPort } from './ports';
import { HIGHEST_SERVICE_PORT } from './services';
import { throughput } from './throughput';

/** Milliseconds: an hour has about as many intervals as a graph has pixels. */
const INTERVAL = 5_000;

/** What is looked at first: how much there is, who and what makes it, what is wrong, what is new. */
export function overview(): Dashboard {
  return pageOf({
    ...PAGES.overview,
    description:
      'How much traffic passes the network interfaces of this machine, which hosts and services cause it, and what is new.',
    from: 'now-1h',
    rows: [
      {
        height: 4,
        panels: [
          [14, totals()],
          [10, lost()],
        ],
      },
      {
        height: 8,
        panels: [
          [8, throughput(3, 'bits', INTERVAL)],
          [8, throughput(4, 'packets', INTERVAL)],
          [8, utilisation()],
        ],
      },
      {
        height: 9,
        panels: [
          [12, talkersIn()],
          [12, talkersOut()],
        ],
      },
      {
        height: 9,
        panels: [
          [12, toServices()],
          [12, fromServices()],
        ],
      },
      {
        height: 9,
        panels: [
          [12, protocols()],
          [12, connections()],
        ],
      },
      {
        height: 8,
        panels: [
          [12, casts()],
          [12, vlans()],
        ],
      },
      { height: 10, panels: [[24, newHosts()]] },
    ],
  });
}

function totals() {
  const counted = (direction: 'in' | 'out') =>
    counts(['time', 'segments', 'bytes'], { refId: direction, direction, interval: INTERVAL });
  const received = counted('in');
  return asking(
    figures(UNITS.bytes, 'sum', '.')
      .colorScheme(plain())
      .overrideByRegexp('/^Packets/', [{ id: 'unit', value: UNITS.count }]),
    {
      id: 1,
      title: 'In this time range',
      description: `Bytes and packets on the wire that match the filter, received and sent in the time range, as far as they were counted. ${EXACT}`,
    },
    [received, counted('out')],
    received
      .rows()
      .namedOf('in', { bytes: 'Received', segments: 'Packets received' })
      .namedOf('out', { bytes: 'Sent', segments: 'Packets sent' })
  );
}

function lost() {
  const asked = capture(
    ['time', 'host', 'interface', 'direction', 'channel', 'lost_ring', 'lost_queue', 'lost_network', 'flow_overflow'],
    { interval: INTERVAL, rowsKept: 10_000 }
  );
  return asking(
    lossFigures(),
    {
      id: 2,
      title: 'Lost',
      description: `Packets that were seen but are missing in some panel, in the time range. ${LOSS} Totals and rates without groups are still exact. "Capture health" has the details.`,
    },
    [asked],
    lossOf(asked.rows())
  );
}

function utilisation() {
  return asking(
    lines(UNITS.percent),
    {
      id: 14,
      title: 'Utilisation',
      description: `Bits on the wire that match the filter, as percent of the link's speed. A link has its full speed in each direction. There is no value if the link is down or its device does not report a speed, as in many virtual machines, for tunnels and for the loopback interface. ${OF_FLOWS}`,
    },
    (['in', 'out'] as const).map((direction) =>
      rates('utilisation', 'interface', { refId: direction, direction, interval: INTERVAL })
    )
  );
}

function talkersIn() {
  return asking(
    hostLines('source'),
    {
      id: 5,
      title: 'Top talkers in, by source',
      description: `Bits per second received, by the address that sent them: the ten largest in the time range, and all others together. Click an address to see its conversations or packets. ${OF_FLOWS}`,
    },
    [rates('bits', 'source', { direction: 'in', interval: INTERVAL })]
  );
}

function talkersOut() {
  return asking(
    hostLines('destination'),
    {
      id: 6,
      title: 'Top talkers out, by destination',
      description: `Bits per second sent, by the address that they go to: the ten largest in the time range, and all others together. Click an address to see its conversations or packets. ${OF_FLOWS}`,
    },
    [rates('bits', 'destination', { direction: 'out', interval: INTERVAL })]
  );
}

function toServices() {
  return asking(
    servicesByPort(),
    {
      id: 7,
      title: 'Top ports asked, by destination port',
      description: `Bits per second to the ports of services, received and sent together: requests and uploads. Ports up to ${HIGHEST_SERVICE_PORT} count as services; systems give higher ones to clients. This panel uses a filter, so it counts from the first look at it on. ${OF_FLOWS}`,
    },
    [
      rates('bits', 'destination_port', {
        interval: INTERVAL,
        filter: wantedAnd(`dst portrange 1-${HIGHEST_SERVICE_PORT}`),
      }),
    ]
  );
}

function fromServices() {
  return asking(
    servicesByPort(),
    {
      id: 8,
      title: 'Top services, by source port',
      description: `Bits per second from the ports of services, received and sent together: answers and downloads. Ports up to ${HIGHEST_SERVICE_PORT} count as services; systems give higher ones to clients. This panel uses a filter, so it counts from the first look at it on. ${OF_FLOWS}`,
    },
    [
      rates('bits', 'source_port', {
        interval: INTERVAL,
        filter: wantedAnd(`src portrange 1-${HIGHEST_SERVICE_PORT}`),
      }),
    ]
  );
}

function protocols() {
  return asking(
    stacked(UNITS.bitsPerSecond),
    {
      id: 9,
      title: 'Protocols',
      description: `Bits per second by IP protocol, received and sent together: the ten largest, and all others together. None: packets without IP, such as ARP. ${OF_FLOWS}`,
    },
    [rates('bits', 'protocol', { interval: INTERVAL })]
  );
}

/** Packets that begin and end connections, or tell that there is none. */
const CONNECTIONS = [
  {
    refId: 'begun',
    title: 'begun (SYN)',
    color: 'blue',
    filter: 'tcpflags & (syn|ack) = syn',
  },
  {
    refId: 'reset',
    title: 'reset (RST)',
    color: 'red',
    filter: 'tcpflags & rst != 0',
  },
  {
    refId: 'refused',
    title: 'refused (RST, ACK)',
    color: 'dark-orange',
    filter: 'tcpflags & (rst|ack) = (rst|ack)',
  },
  {
    refId: 'unreachable',
    title: 'unreachable (ICMP)',
    color: 'purple',
    filter: '(icmp[icmptype] = icmp-unreach or icmp6[icmp6type] = icmp6-destinationunreach)',
  },
] as const;

function connections() {
  const panel = CONNECTIONS.reduce(
    (with_, { refId, title, color }) => with_.overrideByQuery(refId, [named(title), fixedColor(color), RARE]),
    lines(UNITS.packetsPerSecond)
  );
  return asking(
    panel,
    {
      id: 10,
      title: 'Connections begun, reset and failed',
      description: `Packets per second, not connections: a repeated attempt counts again. Begun: TCP packets with SYN and without ACK. Reset: TCP packets with RST. Refused: TCP packets with RST and ACK, which a closed port sends, and which some programs send to abort a connection. Unreachable: ICMP and ICMPv6 messages of the type "destination unreachable". If many connections begin and lead nowhere, it is a scan or a flood. This panel uses filters, so it counts from the first look at it on. ${EXACT}`,
    },
    CONNECTIONS.map(({ refId, filter }) => rate('packets', { refId, interval: INTERVAL, filter: wantedAnd(filter) }))
  );
}

function casts() {
  return asking(
    shares(UNITS.packetsPerSecond),
    {
      id: 11,
      title: 'Unicast, multicast, broadcast',
      description: `Share of packets to one station, to a group of stations and to all stations. Packets of links without Ethernet, such as tunnels, are in the group none. ${OF_FLOWS}`,
    },
    [rates('packets', 'cast', { interval: INTERVAL })]
  );
}

function vlans() {
  return asking(
    stacked(UNITS.bitsPerSecond),
    {
      id: 12,
      title: 'VLANs',
      description: `Bits per second by outer VLAN id. None: packets without a tag. XDP does not see a tag that the network card removes. ${OF_FLOWS}`,
    },
    [rates('bits', 'vlan', { interval: INTERVAL })]
  );
}

function newHosts() {
  const asked = counts(['time', 'group', 'packets', 'bytes'], { interval: 10_000, groupBy: 'source', top: 100 });
  const rows = asked
    .rows()
    .where('group', { is: 'isNotNull' })
    .where('group', { is: 'notEqual', value: 'other' })
    .groupBy(['group'], { time: 'min', packets: 'sum', bytes: 'sum' })
    .sortBy('time (min)', 'descending');
  const { panel, pipeline } = tableOf(rows, {
    group: {
      title: 'Host',
      properties: [
        {
          id: 'links',
          value: [
            toConversations('Conversations of this host', '${__value.text}'),
            toHost('Open host', '${__value.text}'),
          ],
        },
      ],
    },
    'time (min)': { title: 'First seen', width: 110, unit: UNITS.clock },
    'packets (sum)': { title: 'Packets sent', width: 120, unit: UNITS.count },
    'bytes (sum)': { title: 'Bytes sent', width: 110, unit: UNITS.bytes },
  });
  return asking(
    panel,
    {
      id: 13,
      title: 'Hosts first seen',
      description: `Source addresses and when they first sent something, to ten seconds, the newest on top. An address that was there before this time range, or before counting began, is shown as first seen then. In each ten seconds the 100 addresses with most packets are known. ${OF_FLOWS}`,
    },
    [asked],
    pipeline
  );
}
