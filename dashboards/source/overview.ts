import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { figures, plain } from './kit/figures';
import { fixedColor, legendBeside, lines, named, shares, stacked } from './kit/graph';
import { toConversations } from './kit/links';
import { PAGES } from './kit/names';
import { pageOf } from './kit/page';
import { asking } from './kit/panel';
import { capture, counts, rate, rates, wantedAnd } from './kit/queries';
import { tableOf } from './kit/table';
import { UNITS } from './kit/units';
import { hostLines } from './hosts';
import { LOSS, lossFigures, lossOf } from './loss';
import { EXACT, OF_FLOWS } from './phrases';
import { HIGHEST_SERVICE_PORT, SERVICES } from './services';
import { throughput } from './throughput';

/** Milliseconds: an hour has about as many intervals as a graph has pixels. */
const INTERVAL = 5_000;

/** What is looked at first: how much there is, who and what makes it, what is wrong, what is new. */
export function overview(): Dashboard {
  return pageOf({
    ...PAGES.overview,
    description: 'How much passes the network interfaces of this machine, who and what makes it, and what is new.',
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
      description: `Bytes and packets on the wire that were received and sent in the time range, as far as they were counted. ${EXACT}`,
    },
    [received, counted('out')],
    received
      .rows()
      .namedOf('in', { bytes: 'Received', segments: 'Packets received' })
      .namedOf('out', { bytes: 'Sent', segments: 'Packets sent' })
  );
}

function lost() {
  const asked = capture(['time', 'interface', 'direction', 'channel', 'lost_ring', 'lost_queue', 'flow_overflow'], {
    interval: INTERVAL,
    rowsKept: 10_000,
  });
  return asking(
    lossFigures(),
    {
      id: 2,
      title: 'Lost',
      description: `Packets that were seen and that some panel misses, in the time range. ${LOSS} Totals and rates without groups are exact all the same. "Capture health" has more.`,
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
      description: `Bits on the wire that the filter wants, as percent of the speed of each interface's link, which has all of it in each direction. Without a value: the link is down, or its device does not tell its speed, as those of many virtual machines, tunnels and the loopback interface. ${OF_FLOWS}`,
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
      description: `Bits per second that come in, by the address that sent them: the ten with most in the time range, and all others together. Choose an address to see its conversations or packets. ${OF_FLOWS}`,
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
      description: `Bits per second that go out, by the address that they go to: the ten with most in the time range, and all others together. Choose an address to see its conversations or packets. ${OF_FLOWS}`,
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
      description: `Bits per second to the ports of services, both ways of the interface: requests, uploads. Ports up to ${HIGHEST_SERVICE_PORT} are services here; those above it are given to clients. ${OF_FLOWS}`,
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
      description: `Bits per second from the ports of services, both ways of the interface: answers, downloads. Ports up to ${HIGHEST_SERVICE_PORT} are services here; those above it are given to clients. ${OF_FLOWS}`,
    },
    [
      rates('bits', 'source_port', {
        interval: INTERVAL,
        filter: wantedAnd(`src portrange 1-${HIGHEST_SERVICE_PORT}`),
      }),
    ]
  );
}

function servicesByPort() {
  const panel = lines(UNITS.bitsPerSecond).legend(legendBeside());
  return [...SERVICES].reduce(
    (with_, [port, service]) => with_.overrideByName(String(port), [named(`${port} ${service}`)]),
    panel
  );
}

function protocols() {
  return asking(
    stacked(UNITS.bitsPerSecond),
    {
      id: 9,
      title: 'Protocols',
      description: `Bits per second by IP protocol, received and sent together: the ten with most, and all others together. None: packets without IP, such as ARP. ${OF_FLOWS}`,
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
    filter: 'tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn',
  },
  {
    refId: 'reset',
    title: 'reset (RST)',
    color: 'red',
    filter: 'tcp[tcpflags] & tcp-rst != 0',
  },
  {
    refId: 'refused',
    title: 'refused (RST, ACK)',
    color: 'dark-orange',
    filter: 'tcp[tcpflags] & (tcp-rst|tcp-ack) = (tcp-rst|tcp-ack)',
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
    (with_, { refId, title, color }) => with_.overrideByQuery(refId, [named(title), fixedColor(color)]),
    lines(UNITS.packetsPerSecond)
  );
  return asking(
    panel,
    {
      id: 10,
      title: 'Connections begun, reset and failed',
      description: `Packets per second, not connections: each attempt of a connection that is repeated counts again. Begun: TCP packets with SYN and without ACK. Reset: TCP packets with RST. Refused: those of them with ACK, with which a closed port answers, and with which some programs break a connection off. Unreachable: ICMP and ICMPv6 messages of the type "destination unreachable". Many begun that lead nowhere are a scan or a flood. TCP over IPv6 is not counted: filters can ask for the flags of IPv4 alone. ${EXACT}`,
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
      description: `Share of packets per second to one station, to a group of them and to all. Links without Ethernet, such as tunnels, know no such thing: none. ${OF_FLOWS}`,
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
      description: `Bits per second by outer VLAN id; none: packets without a tag. XDP does not see a tag that the network card takes off. ${OF_FLOWS}`,
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
      properties: [{ id: 'links', value: [toConversations('Conversations of this host', '${__value.text}')] }],
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
      description: `Source addresses by the end of the ten seconds in which they first sent something, the newest on top. What was there before this time range, or before anything was counted, was first seen then. Of ten seconds the 100 addresses with most packets are known. ${OF_FLOWS}`,
    },
    [asked],
    pipeline
  );
}
