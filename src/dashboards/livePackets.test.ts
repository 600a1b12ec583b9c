import { BUNDLED, panelOf } from './bundled';
import { drawn, rowsOf } from './panelPipeline';

const dashboard = BUNDLED['live-packets.json'];

const tcp = { protocol: 'TCP', source_ip: '192.0.2.1', destination_ip: '192.0.2.2', frame_length: 60, ttl: 64 };
const ssdp = { protocol: 'UDP', source_ip: '192.0.2.9', destination_ip: '239.255.255.250', frame_length: 143, ttl: 1 };
const arp = { protocol: null, source_ip: '192.0.2.9', destination_ip: '192.0.2.2', frame_length: 42 };

const panel = (title: string) => panelOf(dashboard, title);

it('has the packets first, and their TTL beside them', () => {
  const [first, second] = dashboard.panels;
  expect([first?.title, second?.title]).toEqual(['Packets', 'TTL']);
  expect(second?.gridPos).toMatchObject({ y: first?.gridPos.y, x: first?.gridPos.w });
});

it('asks for packets once', () => {
  expect(panel('TTL').targets).toMatchObject([{ panelId: panel('Packets').id }]);
});

it('draws the TTL of each packet over time', async () => {
  const [frame] = await drawn(panel('TTL'), [
    { time: 1_000, ...tcp },
    { time: 1_001, ...ssdp },
    { time: 1_002, ...arp },
  ]);
  expect(rowsOf(frame)).toEqual([
    { time: 1_000, ttl: 64 },
    { time: 1_001, ttl: 1 },
    { time: 1_002, ttl: null },
  ]);
});

it('shows the newest packet on top, also among packets of one millisecond', async () => {
  const [frame] = await drawn(panel('Packets'), [
    { ...tcp, time: 1_000, ttl: 1 },
    { ...tcp, time: 1_001, ttl: 2 },
    { ...tcp, time: 1_001, ttl: 3 },
  ]);
  expect(rowsOf(frame).map(({ Time, TTL }) => [Time, TTL])).toEqual([
    [1_001, 3],
    [1_001, 2],
    [1_000, 1],
  ]);
  expect(Object.keys(rowsOf(frame)[0] ?? {})[0]).toBe('Time');
  expect(frame?.fields).toHaveLength(panel('Packets').queries[0]?.columns?.length ?? 0);
});

it('shows no more rows than a page can draw', async () => {
  const rows = Array.from({ length: 600 }, (_, time) => ({ ...tcp, time }));
  const [frame] = await drawn(panel('Packets'), rows);
  expect(frame?.length).toBe(500);
  expect(rowsOf(frame)[0]).toMatchObject({ Time: 599 });
});

it('counts exactly what the filter wants', () => {
  expect(panel('How much').queries).toMatchObject([{ kind: 'rates', filter: '$filter', direction: 'both' }]);
});
