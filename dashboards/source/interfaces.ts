import * as common from '@grafana/grafana-foundation-sdk/common';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { legendBeside, lines } from './kit/graph';
import { PAGES } from './kit/names';
import { pageOf } from './kit/page';
import { asking, sharing } from './kit/panel';
import { interfaces } from './kit/queries';
import { bars, redFromOne, tableOf } from './kit/table';
import { UNITS } from './kit/units';

/** The panel that asks, whose rows all others draw. */
const NOW = 1;

/** State, load and faults of interfaces, as the kernel and the cards count them. */
export function interfacesPage(): Dashboard {
  return pageOf({
    ...PAGES.interfaces,
    description: 'State, load, drops and errors of interfaces, as the kernel and the cards count them.',
    from: 'now-15m',
    rows: [
      { height: 10, panels: [[24, now()]] },
      {
        height: 8,
        panels: [
          [12, bits('in_bits', 2, 'Bits received per second')],
          [12, bits('out_bits', 3, 'Bits sent per second')],
        ],
      },
      { height: 8, panels: [[24, dropped()]] },
    ],
  });
}

const COUNTED = interfaces(
  [
    'time',
    'interface',
    'state',
    'speed',
    'in_bits',
    'out_bits',
    'utilisation_in',
    'utilisation_out',
    'in_packets',
    'out_packets',
    'in_dropped',
    'out_dropped',
    'queue_dropped',
    'in_errors',
    'out_errors',
    'carrier_changes',
  ],
  { interval: 1_000, rowsKept: 20_000 }
);

function now() {
  const rows = COUNTED.rows().groupBy(['interface'], {
    state: 'last',
    speed: 'last',
    utilisation_in: 'lastNotNull',
    utilisation_out: 'lastNotNull',
    in_packets: 'sum',
    out_packets: 'sum',
    in_dropped: 'sum',
    out_dropped: 'sum',
    queue_dropped: 'sum',
    in_errors: 'sum',
    out_errors: 'sum',
    carrier_changes: 'sum',
  });
  const faults = redFromOne();
  const { panel, pipeline } = tableOf(
    rows,
    {
      interface: { title: 'Interface' },
      'state (last)': { title: 'State', width: 100 },
      'speed (last)': { title: 'Speed', width: 100, unit: UNITS.bitsPerSecond, empty: 'not known' },
      'utilisation_in (lastNotNull)': { title: 'In, of speed', unit: UNITS.percent, properties: bars('blue') },
      'utilisation_out (lastNotNull)': { title: 'Out, of speed', unit: UNITS.percent, properties: bars('orange') },
      'in_packets (sum)': { title: 'Packets in', width: 110 },
      'out_packets (sum)': { title: 'Packets out', width: 110 },
      'in_dropped (sum)': { title: 'Dropped in', width: 100, properties: faults },
      'out_dropped (sum)': { title: 'Dropped out', width: 100, properties: faults },
      'queue_dropped (sum)': { title: 'By queue', width: 90, properties: faults },
      'in_errors (sum)': { title: 'Errors in', width: 90, properties: faults },
      'out_errors (sum)': { title: 'Errors out', width: 90, properties: faults },
      'carrier_changes (sum)': { title: 'Link changes', width: 110, properties: faults },
    },
    UNITS.count
  );
  return asking(
    panel,
    {
      id: NOW,
      title: 'Interfaces',
      description:
        'State and speed as they are now, and what was counted in the time range, as far as this panel keeps rows. Dropped in: by the kernel, or by the card before anything could see it. By queue: packets to be sent that the queueing discipline dropped. Link changes: how often the link came up or went down.',
    },
    [COUNTED],
    pipeline
  );
}

function bits(column: 'in_bits' | 'out_bits', id: number, title: string) {
  return sharing(
    lines(UNITS.bitsPerSecond).legend(legendBeside()),
    { id, title, description: 'As the interfaces count them, whether their packets are captured or not.' },
    NOW,
    COUNTED.rows().matrix('time', 'interface', column)
  );
}

function dropped() {
  const rows = COUNTED.rows()
    .groupBy(['time'], {
      in_dropped: 'sum',
      out_dropped: 'sum',
      queue_dropped: 'sum',
      in_errors: 'sum',
      out_errors: 'sum',
    })
    .named({
      time: 'Time',
      'in_dropped (sum)': 'dropped in',
      'out_dropped (sum)': 'dropped out',
      'queue_dropped (sum)': 'dropped by queue',
      'in_errors (sum)': 'errors in',
      'out_errors (sum)': 'errors out',
    });
  return sharing(
    lines(UNITS.count).legend(new common.VizLegendOptionsBuilder().showLegend(true).calcs(['sum'])),
    {
      id: 4,
      title: 'Drops and errors, over time',
      description:
        'Packets in each second, of all chosen interfaces together. The dashboard "Drops" shows why the kernel dropped them.',
    },
    NOW,
    rows
  );
}
