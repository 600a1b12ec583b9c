import { createDataFrame, FieldType } from '@grafana/data';
import { firstValueFrom } from 'rxjs';

import { eventsOf } from './events';
import { ANNOTATIONS } from './support';

/** A frame of rows, all of which have the same keys. */
function frame(...rows: Array<Record<string, unknown>>) {
  return createDataFrame({
    fields: Object.keys(rows[0] ?? {}).map((name) => ({
      name,
      type:
        name === 'time' ? FieldType.time : typeof rows[0]?.[name] === 'number' ? FieldType.number : FieldType.string,
      values: rows.map((row) => row[name]),
    })),
  });
}

const told = (events: ReturnType<typeof eventsOf>) => events.map(({ time, text }) => [time, text]);

it('tells when an interface comes up, goes down or is gone, and when its link was away', () => {
  const row = (time: number, state: string, changes: number | null = 0) => ({
    time,
    interface: 'eth0',
    state,
    carrier_changes: changes,
  });
  const other = { ...row(2, 'up'), interface: 'lo', state: 'unknown' };
  const rows = [row(1, 'up'), row(2, 'up', 2), other, row(3, 'down', 1), row(4, 'up', 1), row(5, 'absent', null)];
  const events = eventsOf('interfaces', [frame(...rows)]);
  expect(told(events)).toEqual([
    [2, 'The link of eth0 went away and came back.'],
    [3, 'eth0 is down.'],
    [4, 'eth0 is up.'],
    [5, 'eth0 is gone.'],
  ]);
  expect(events[1]?.tags).toEqual(['interface', 'eth0', 'down']);
});

it('tells of loss as often as there is more of it', () => {
  const row = (time: number, lost: number, channel: string | null = 'packets/1f') => ({
    time,
    interface: 'eth0',
    direction: 'in',
    channel,
    lost_ring: lost,
    lost_queue: 0,
  });
  const rows = [row(1, 5), row(2, 5), row(3, 9), row(4, 1), row(5, 2), row(6, 70, null)];
  expect(told(eventsOf('capture', [frame(...rows)]))).toEqual([
    [3, '4 rows were lost on eth0.'],
    [5, '1 row was lost on eth0.'],
  ]);
});

it('tells of hosts that came later', () => {
  const flow = (source: string, destination: string | null, seen: number) => ({
    source_ip: source,
    destination_ip: destination,
    first_seen: seen,
  });
  const rows = [flow('192.0.2.1', '192.0.2.2', 10), flow('192.0.2.3', '192.0.2.1', 70), flow('192.0.2.3', null, 50)];
  expect(told(eventsOf('flows', [frame(...rows)]))).toEqual([[50, '192.0.2.3 was seen for the first time.']]);
});

it('tells where a burst begins, and of no series that is always so high', () => {
  const series = (...values: number[]) => frame(...values.map((packets, time) => ({ time, packets })));
  expect(told(eventsOf('rates', [series(3, 2, 900, 800, 4, 3, 2, 2, 3, 1, 2, 3, 2, 4, 1)]))).toEqual([
    [2, 'A burst of 900 packets per second.'],
  ]);
  expect(eventsOf('rates', [series(900, 900, 900, 900), series(1, 1, 1, 50)])).toEqual([]);
});

it('asks for interfaces where nothing is chosen, and tells nothing of other kinds', async () => {
  expect(ANNOTATIONS.getDefaultQuery?.()).toMatchObject({ kind: 'interfaces' });
  const annotation = { name: 'a', enable: true, iconColor: 'red', target: { refId: 'A', kind: 'packets' as const } };
  const events = ANNOTATIONS.processEvents?.(annotation, [frame({ time: 1, interface: 'eth0' })]);
  expect(events && (await firstValueFrom(events))).toEqual([]);
});
