import * as common from '@grafana/grafana-foundation-sdk/common';
import { MappingType, type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { STATE_COLORS } from '../../src/fields/colors';

import { byThreshold, figures, plain, thresholds } from './kit/figures';
import { fixedColor, lines } from './kit/graph';
import { PAGES } from './kit/names';
import { pageOf } from './kit/page';
import { asking, sharing } from './kit/panel';
import { capture, rates } from './kit/queries';
import { mappings, tableOf, textOfNull } from './kit/table';
import { UNITS } from './kit/units';
import { LOSS, lossFigures, lossOf } from './loss';
import { EXACT, OF_FLOWS } from './phrases';

/** Milliseconds. A row says how full the ring was in the two seconds before it, so that no peak is between rows. */
const INTERVAL = 2_000;

/** The panel that asks for the counters, which all others draw. */
const SEEN = 1;

/** How the capture itself is: what was seen, left out and lost, where, and for whom. */
export function captureHealth(): Dashboard {
  return pageOf({
    ...PAGES.captureHealth,
    description: 'How many packets were seen, left out and lost, and which hooks capture them.',
    from: 'now-15m',
    rows: [
      {
        height: 4,
        panels: [
          [5, seen()],
          [5, leftOut()],
          [9, lost()],
          [5, ringAtMost()],
        ],
      },
      {
        height: 8,
        panels: [
          [8, missed()],
          [8, perInterface()],
          [8, ring()],
        ],
      },
      { height: 7, panels: [[24, hooks()]] },
      { height: 9, panels: [[24, streams()]] },
    ],
  });
}

/** All counters of all streams. */
const COUNTERS = capture(
  [
    'time',
    'host',
    'interface',
    'direction',
    'hook',
    'seen',
    'own',
    'streams',
    'channel',
    'filter',
    'matched',
    'thinned',
    'lost_ring',
    'lost_queue',
    'lost_network',
    'delivered',
    'ring_used',
    'kernel_ns',
    'flow_overflow',
    'state',
    'reason',
  ],
  { interval: INTERVAL, rowsKept: 10_000 }
);

function seen() {
  return asking(
    figures(UNITS.count, 'sum', '^Seen').colorScheme(plain()).textMode(common.BigValueTextMode.Value),
    {
      id: SEEN,
      title: 'Seen',
      description:
        'Packets that passed the interfaces since XDP Live began to watch them. An interface that is not counted from the start is watched until a minute after its last panel closes. Loopback counts each packet twice: out and in.',
    },
    [COUNTERS],
    COUNTERS.rows()
      .groupBy(['host', 'interface', 'direction'], { seen: 'lastNotNull' })
      .named({ 'seen (lastNotNull)': 'Seen' })
  );
}

function leftOut() {
  return sharing(
    figures(UNITS.count, 'sum', '^Left')
      .colorScheme(byThreshold())
      .textMode(common.BigValueTextMode.Value)
      .thresholds(thresholds('semi-dark-green', { from: 1, color: 'purple' })),
    {
      id: 2,
      title: 'Left out',
      description:
        'Rows that streams did not send in the time range, to keep to their rows per second. Rates still count them.',
    },
    SEEN,
    COUNTERS.rows()
      .groupBy(['host', 'interface', 'direction', 'channel'], { thinned: 'delta' })
      .named({ 'thinned (delta)': 'Left out' })
  );
}

function lost() {
  return sharing(
    lossFigures(),
    {
      id: 3,
      title: 'Lost',
      description: `Packets that were seen but are missing in some panel, in the time range, as far as this panel keeps rows. ${LOSS}`,
    },
    SEEN,
    lossOf(COUNTERS.rows())
  );
}

function ringAtMost() {
  return sharing(
    figures(UNITS.percent, 'max', '^Ring')
      .colorScheme(byThreshold())
      .textMode(common.BigValueTextMode.Value)
      .thresholds(thresholds('semi-dark-green', { from: 50, color: 'semi-dark-orange' }, { from: 80, color: 'red' }))
      .decimals(0)
      .min(0)
      .max(100),
    {
      id: 4,
      title: 'Ring used',
      description:
        'The highest fill level, in the time range, of the ring that all interfaces share. A full ring loses packets.',
    },
    SEEN,
    COUNTERS.rows().named({ ring_used: 'Ring used' })
  );
}

/** Rows a second that did not come, by why. */
function missed() {
  const perSecond = 1_000 / INTERVAL;
  const rows = COUNTERS.rows()
    .groupBy(['time'], { thinned: 'sum', lost_ring: 'sum', lost_queue: 'sum', lost_network: 'sum' })
    .growth('left out', 'thinned (sum)', perSecond)
    .growth('ring', 'lost_ring (sum)', perSecond)
    .growth('queue', 'lost_queue (sum)', perSecond)
    .growth('network', 'lost_network (sum)', perSecond)
    .named({
      time: 'Time',
      'left out': 'left out to keep to limits',
      ring: 'lost: no room in the ring',
      queue: 'lost: not taken in time',
      network: 'lost: between machines',
    });
  return sharing(
    lines(UNITS.packetsPerSecond)
      .overrideByName('left out to keep to limits', [fixedColor('purple')])
      .overrideByName('lost: no room in the ring', [fixedColor('red')])
      .overrideByName('lost: not taken in time', [fixedColor('dark-orange')])
      .overrideByName('lost: between machines', [fixedColor('dark-red')]),
    {
      id: 5,
      title: 'Left out and lost, over time',
      description:
        'Rows per second that streams did not send, all streams together. When a stream ends, its counters end too: what other streams lost in those two seconds may be missing here. The figures above have it.',
    },
    SEEN,
    rows
  );
}

function perInterface() {
  return asking(
    lines(UNITS.packetsPerSecond),
    {
      id: 6,
      title: 'Packets per second, by interface',
      description: `Packets that match the filter, received and sent together. ${EXACT} ${OF_FLOWS} No other panel on this dashboard uses the filter.`,
    },
    [rates('packets', 'interface', { interval: INTERVAL })]
  );
}

function ring() {
  return sharing(
    lines(UNITS.percent).max(100),
    {
      id: 7,
      title: 'Ring used, over time',
      description:
        'The highest fill level in each two seconds of the ring that all interfaces share. A full ring loses packets.',
    },
    SEEN,
    COUNTERS.rows().groupBy(['time'], { ring_used: 'max' }).named({ time: 'Time', 'ring_used (max)': 'ring' })
  );
}

function hooks() {
  const rows = COUNTERS.rows().groupBy(['host', 'interface', 'direction'], {
    hook: 'last',
    state: 'last',
    reason: 'last',
    seen: 'lastNotNull',
    own: 'lastNotNull',
    streams: 'lastNotNull',
    kernel_ns: 'lastNotNull',
    flow_overflow: 'lastNotNull',
  });
  const options = Object.fromEntries(
    Object.entries(STATE_COLORS).map(([state, color], index) => [state, { color, index }])
  );
  const { panel, pipeline } = tableOf(
    rows,
    {
      host: { title: 'Machine', width: 100 },
      interface: { title: 'Interface', width: 90 },
      direction: { title: 'Direction', width: 80 },
      'hook (last)': { title: 'Hook', width: 105, empty: 'nothing attached' },
      'state (last)': {
        title: 'State',
        width: 85,
        properties: [
          mappings({ type: MappingType.ValueToText, options }),
          fixedColor('text'),
          { id: 'custom.cellOptions', value: { type: common.TableCellDisplayMode.ColorText } },
        ],
      },
      'reason (last)': { title: 'Reason' },
      'seen (lastNotNull)': { title: 'Seen', width: 100 },
      'own (lastNotNull)': { title: "Grafana's own", width: 115 },
      'streams (lastNotNull)': { title: 'Streams', width: 70 },
      'kernel_ns (lastNotNull)': { title: 'Kernel, per packet', width: 135, unit: UNITS.nanoseconds },
      'flow_overflow (lastNotNull)': { title: 'No room for flow', width: 130 },
    },
    UNITS.count
  );
  return sharing(
    panel,
    {
      id: 8,
      title: 'Hooks',
      description:
        "Where packets are captured, and how many were seen there since XDP Live began to watch the interface. State: an interface that is refused (see the reason), attaching, absent or unreachable delivers no packets. Grafana's own: Grafana's delivery to browsers, which panels leave out. Kernel, per packet: mean time that the kernel program takes; empty unless the kernel measures it (sysctl kernel.bpf_stats_enabled=1). No room for flow: packets whose flow had no room in the table.",
    },
    SEEN,
    pipeline
  );
}

function streams() {
  const rows = COUNTERS.rows()
    .where('channel', { is: 'isNotNull' })
    .groupBy(['host', 'interface', 'direction', 'channel', 'filter'], {
      matched: 'lastNotNull',
      thinned: 'lastNotNull',
      lost_ring: 'lastNotNull',
      lost_queue: 'lastNotNull',
      lost_network: 'lastNotNull',
      delivered: 'lastNotNull',
    });
  const { panel, pipeline } = tableOf(
    rows,
    {
      host: { title: 'Machine', width: 100 },
      interface: { title: 'Interface', width: 110 },
      direction: { title: 'Direction', width: 90 },
      channel: { title: 'Stream', width: 345 },
      filter: {
        title: 'Filter',
        properties: [
          mappings(
            { type: MappingType.ValueToText, options: { '': { text: 'every packet', index: 0 } } },
            textOfNull('not shown', 1)
          ),
        ],
      },
      'matched (lastNotNull)': { title: 'Matched', width: 110 },
      'thinned (lastNotNull)': { title: 'Left out', width: 110 },
      'lost_ring (lastNotNull)': { title: 'Lost: no room in the ring', width: 180 },
      'lost_queue (lastNotNull)': { title: 'Lost: not taken in time', width: 170 },
      'lost_network (lastNotNull)': { title: 'Lost: between machines', width: 170 },
      'delivered (lastNotNull)': { title: 'Delivered', width: 110 },
    },
    UNITS.count
  );
  return sharing(
    panel,
    {
      id: 9,
      title: 'Streams',
      description:
        'Streams that run now, or ran in the time range. Matched packets are those that the filter of the query accepts. Matched is the sum of the five columns beside it, except for rows that are still on their way.',
    },
    SEEN,
    pipeline
  );
}
