import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { figures, plain, thresholds } from './kit/figures';
import { legendBeside, lines, named, points, RARE, stacked } from './kit/graph';
import { toFile } from './kit/links';
import { PAGES } from './kit/names';
import { pageOf } from './kit/page';
import { asking, sharing } from './kit/panel';
import { counts, packets, rates } from './kit/queries';
import { UNITS } from './kit/units';
import { packetRows, packetTableOf, ROWS_SHOWN } from './packetRows';
import { EXACT, OF_FLOWS } from './phrases';
import { throughput } from './throughput';

/** Milliseconds. */
const INTERVAL = 1_000;

/** The table of packets, which the panel beside it draws as well. */
const TABLE = 1;

/** Rows that a page can hold while it draws them several times a second. */
const ROWS_KEPT = 5_000;

/** Each packet as it passes, and exactly how many there are. */
export function livePackets(): dashboard.Dashboard {
  return pageOf({
    ...PAGES.livePackets,
    description: 'Packets on the network interfaces of this machine as they pass.',
    from: 'now-5m',
    links: [toFile()],
    rows: [
      {
        height: 15,
        panels: [
          [18, packetTable()],
          [6, ttl()],
        ],
      },
      {
        height: 8,
        panels: [
          [6, totals()],
          [9, throughput(4, 'packets', INTERVAL)],
          [9, throughput(5, 'bits', INTERVAL)],
        ],
      },
      {
        height: 9,
        panels: [
          [9, hosts(6, 'Sources', 'source')],
          [9, hosts(7, 'Destinations', 'destination')],
          [6, protocols()],
        ],
      },
    ],
  });
}

function packetTable() {
  const asked = packetRows({ rowsKept: ROWS_KEPT });
  const { panel, pipeline } = packetTableOf(asked);
  return asking(
    panel,
    {
      id: TABLE,
      title: 'Packets',
      description: `The newest ${ROWS_SHOWN} packets, the newest on top. The kernel leaves out what exceeds the rows per second, and the corner of this panel reports how many rows that was. The figures below count every packet.`,
    },
    [asked],
    pipeline
  );
}

function ttl() {
  const panel = points()
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds))
    .thresholds(thresholds('orange', { from: 2, color: 'blue' }))
    .gradientMode(common.GraphGradientMode.Scheme)
    .min(0)
    .max(255)
    .decimals(0)
    .overrideByName('ttl', [named('TTL')]);
  return sharing(
    panel,
    {
      id: 2,
      title: 'TTL',
      description: `TTL or hop limit of each of the newest ${ROWS_KEPT} packets. An orange point, at 1 or 0, is traffic that must not leave the link, such as a device that announces itself by multicast.`,
    },
    TABLE,
    packets(['time', 'ttl'], { rowsKept: ROWS_KEPT }).rows().keep('time', 'ttl')
  );
}

function totals() {
  const asked = counts(['time', 'segments', 'bytes'], { interval: INTERVAL });
  return asking(
    figures(UNITS.count, 'sum', '.')
      .colorScheme(plain())
      .orientation(common.VizOrientation.Horizontal)
      .overrideByName('Bytes', [{ id: 'unit', value: UNITS.bytes }]),
    {
      id: 3,
      title: 'How much',
      description: `Packets and bytes on the wire that match the filter, received and sent, in the time range, as far as they were counted. ${EXACT}`,
    },
    [asked],
    asked.rows().named({ segments: 'Packets', bytes: 'Bytes' })
  );
}

function hosts(id: number, title: string, groupBy: 'source' | 'destination') {
  return asking(
    lines(UNITS.packetsPerSecond).legend(legendBeside()).overrideByRegexp('/./', [RARE]),
    {
      id,
      title,
      description: `Packets per second by ${groupBy} address: the ten largest in the time range, and all others together. Click an address to see only its packets. ${EXACT} ${OF_FLOWS}`,
    },
    [rates('packets', groupBy, { interval: INTERVAL })]
  );
}

function protocols() {
  return asking(
    stacked(UNITS.packetsPerSecond),
    {
      id: 8,
      title: 'Protocols',
      description: `Packets per second by IP protocol. None: packets without IP, such as ARP. ${EXACT} ${OF_FLOWS}`,
    },
    [rates('packets', 'protocol', { interval: INTERVAL })]
  );
}
