import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { PAGES } from './kit/names';
import { pageOf } from './kit/page';
import { asking, sharing } from './kit/panel';
import { reasons } from './kit/queries';
import { tableOf } from './kit/table';
import { UNITS } from './kit/units';
import { droppedLines, droppedRows, droppedTableOf, REASONS } from './dropped';

/** The panel that asks for the packets. */
const PACKETS = 2;

/** What the kernel drops, why and where. */
export function dropsPage(): Dashboard {
  return pageOf({
    ...PAGES.drops,
    description: 'Packets that the kernel drops: why, where, and which.',
    from: 'now-15m',
    rows: [
      { height: 9, panels: [[24, byReason()]] },
      { height: 12, panels: [[24, packets()]] },
      { height: 8, panels: [[24, places()]] },
    ],
  });
}

const DROPPED = droppedRows({ rowsKept: 1_000 });

function byReason() {
  return asking(
    droppedLines(),
    {
      id: 1,
      title: 'Dropped packets per second, by reason',
      description: REASONS,
    },
    [reasons({ interval: 1_000 })]
  );
}

function packets() {
  const { panel, pipeline } = droppedTableOf(DROPPED);
  return asking(
    panel,
    {
      id: PACKETS,
      title: 'Dropped packets',
      description:
        'A row for each packet that the kernel dropped, the newest 1,000 of them, the newest on top. If more come than rows per second allow, rare ones stay. Function: the one of the kernel that dropped it.',
    },
    [DROPPED],
    pipeline
  );
}

function places() {
  const { panel, pipeline } = tableOf(
    DROPPED.rows()
      .groupBy(['reason', 'location', 'interface', 'direction'], { time: 'count' })
      .sortBy('time (count)', 'descending'),
    {
      reason: { title: 'Reason' },
      location: { title: 'Function', empty: 'not known' },
      interface: { title: 'Interface', empty: 'not known' },
      direction: { title: 'Direction', empty: 'not known' },
      'time (count)': { title: 'Rows' },
    },
    UNITS.count
  );
  return sharing(
    panel,
    {
      id: 3,
      title: 'Where',
      description:
        'The rows above, by reason and place. They are no counts: rows are left out at a limit. The graph above has those.',
    },
    PACKETS,
    pipeline
  );
}
