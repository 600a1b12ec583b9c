import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { DIRECTION_COLORS } from '../../src/fields/colors';

import { PAGES } from './kit/names';
import { pageOf } from './kit/page';
import { asking } from './kit/panel';
import { conversations, rates } from './kit/queries';
import { bars, tableOf } from './kit/table';
import { UNITS } from './kit/units';
import { ENDS, ENDS_SHOWN, WHO } from './ends';
import { hostLines } from './hosts';
import { OF_FLOWS } from './phrases';
import { throughput } from './throughput';

/** Milliseconds: long enough to read a row before it changes. */
const INTERVAL = 5_000;

/** Bits per second of bytes in an interval. */
const BITS_PER_SECOND = (8 * 1_000) / INTERVAL;

/** Who talks with whom, how much now, and how much in all. */
export function conversationsPage(): Dashboard {
  return pageOf({
    ...PAGES.conversations,
    description: 'Who talks with whom through the network interfaces of this machine, and how much.',
    from: 'now-15m',
    rows: [
      { height: 14, panels: [[24, ofNow()]] },
      {
        height: 9,
        panels: [
          [12, throughput(2, 'bits', INTERVAL)],
          [12, hosts()],
        ],
      },
      { height: 14, panels: [[24, sinceStart()]] },
    ],
  });
}

/** The order stays as it is while rates change a little: by size class, then by who talks with whom. */
function ofNow() {
  const asked = conversations([...ENDS, 'packets', 'bytes', 'reverse_packets', 'reverse_bytes', 'tcp_flags'], {
    interval: INTERVAL,
    top: 25,
    since: 'interval',
  });
  const rows = asked
    .rows()
    .calculate('there', 'bytes', '*', BITS_PER_SECOND)
    .calculate('back', 'reverse_bytes', '*', BITS_PER_SECOND)
    .across('both', 'sum', ['there', 'back'])
    .magnitude('size', 'both')
    .across('packets both', 'sum', ['packets', 'reverse_packets'])
    .calculate('packets per second', 'packets both', '*', 1_000 / INTERVAL)
    .sortBy('destination_port', 'ascending')
    .sortBy('destination_ip', 'ascending')
    .sortBy('source_port', 'ascending')
    .sortBy('source_ip', 'ascending')
    .sortBy('size', 'descending');
  const { panel, pipeline } = tableOf(rows, {
    ...ENDS_SHOWN,
    there: { title: 'From source', width: 170, unit: UNITS.bitsPerSecond, properties: bars(DIRECTION_COLORS.in) },
    back: { title: 'To source', width: 170, unit: UNITS.bitsPerSecond, properties: bars(DIRECTION_COLORS.out) },
    'packets per second': { title: 'Packets', width: 100, unit: UNITS.packetsPerSecond, decimals: 1 },
    tcp_flags: { title: 'TCP flags', width: 150 },
  });
  return asking(
    panel,
    {
      id: 1,
      title: 'Conversations now',
      description: `The 25 largest conversations of the last five seconds, by bytes, with their bits and packets per second. Rows are sorted by size class (from 1 Mb/s, from 100 kb/s, from 10 kb/s and so on) and then by address, so that they keep their places. ${WHO} Click an address or a port to see the packets. ${OF_FLOWS}`,
    },
    [asked],
    pipeline
  );
}

function hosts() {
  return asking(
    hostLines('host_ip'),
    {
      id: 3,
      title: 'Hosts, both ways',
      description: `Bits per second to and from each address together: the ten largest, and all others together. Each packet counts for both of its addresses, so the sum is up to twice the traffic. Click an address to see only its conversations, or its packets. ${OF_FLOWS}`,
    },
    [rates('bits', 'host_ip', { interval: INTERVAL })]
  );
}

/** In all, since counting began: an order that only grows. */
function sinceStart() {
  const asked = conversations([...ENDS, 'bytes', 'reverse_bytes', 'first_seen', 'last_seen', 'tcp_flags'], {
    interval: INTERVAL,
    top: 100,
    since: 'start',
  });
  const rows = asked
    .rows()
    .across('both', 'sum', ['bytes', 'reverse_bytes'])
    .calculate('one second', 'both', '*', 0)
    .calculate('at least', 'one second', '+', 1_000)
    .calculate('lasted', 'last_seen', '-', 'first_seen')
    .across('duration', 'max', ['lasted', 'at least'])
    .calculate('bytes per millisecond', 'both', '/', 'duration')
    .calculate('mean', 'bytes per millisecond', '*', 8 * 1_000)
    .sortBy('both', 'descending');
  const { panel, pipeline } = tableOf(rows, {
    ...ENDS_SHOWN,
    mean: { title: 'Mean, both ways', width: 130, unit: UNITS.bitsPerSecond },
    bytes: { title: 'From source', width: 110, unit: UNITS.bytes },
    reverse_bytes: { title: 'To source', width: 110, unit: UNITS.bytes },
    first_seen: { title: 'First seen', width: 95, unit: UNITS.clock },
    last_seen: { title: 'Last seen', width: 95, unit: UNITS.clock },
    tcp_flags: { title: 'TCP flags', width: 150 },
  });
  return asking(
    panel,
    {
      id: 4,
      title: 'Conversations in all',
      description: `The 100 largest conversations, by bytes, since counting began. Interfaces that are counted from the start (by default that of the default route) have been counted since Grafana started; a conversation that is quiet for an hour leaves the list. Other interfaces are counted while a page that asks for them is open, and for a minute after that. The mean is from the first packet to the last, over at least a second. ${WHO} Click an address or a port to see the packets. ${OF_FLOWS}`,
    },
    [asked],
    pipeline
  );
}
