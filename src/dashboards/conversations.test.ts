import { BUNDLED, panelOf } from './bundled';
import { drawn, rowsOf, type Row } from './panelPipeline';

const dashboard = BUNDLED['conversations.json'];

const shown = async (title: string, rows: Row[]) => rowsOf((await drawn(panelOf(dashboard, title), rows))[0]);

const flow = (destination_ip: string, bytes: number, reverse_bytes = 0): Row => ({
  source_ip: '192.0.2.1',
  source_port: 50_000,
  destination_ip,
  destination_port: 443,
  packets: 10,
  reverse_packets: 5,
  bytes,
  reverse_bytes,
});

describe('Conversations now', () => {
  const now = (...rows: Row[]) => shown('Conversations now', rows);

  it('has bits and packets per second of an interval', async () => {
    expect(panelOf(dashboard, 'Conversations now').queries).toMatchObject([{ interval: 5_000, since: 'interval' }]);
    expect(await now(flow('192.0.2.2', 5_000, 1_000))).toMatchObject([
      { Source: '192.0.2.1', Destination: '192.0.2.2', 'From source': 8_000, 'To source': 1_600, Packets: 3 },
    ]);
  });

  const orderOf = async (...rows: Row[]) => (await now(...rows)).map(({ Destination }) => Destination);

  it('has the large ones on top', async () => {
    const order = await orderOf(flow('a', 70), flow('b', 7_000_000), flow('c', 700));
    expect(order).toEqual(['b', 'c', 'a']);
  });

  it('keeps the order while rates change a little', async () => {
    const first = await orderOf(flow('a', 5_000), flow('b', 6_000), flow('c', 100, 20_000));
    const second = await orderOf(flow('c', 100, 10_000), flow('b', 2_000), flow('a', 6_100));
    expect(first).toEqual(['c', 'a', 'b']);
    expect(second).toEqual(first);
  });

  it('has the one that began in front, and each figure with its unit', async () => {
    expect(Object.keys((await now(flow('a', 1)))[0] ?? {})).toEqual([
      'Source',
      'Source name',
      'Source port',
      'Destination',
      'Destination name',
      'Destination port',
      'Protocol',
      'VLAN',
      'From source',
      'To source',
      'Packets',
      'TCP flags',
    ]);
  });
});

describe('Conversations in all', () => {
  const all = (...rows: Row[]) => shown('Conversations in all', rows);

  it('has the most bytes on top, and their mean over the time that they took', async () => {
    expect(panelOf(dashboard, 'Conversations in all').queries).toMatchObject([{ since: 'start' }]);
    expect(
      await all(
        { ...flow('a', 1_000, 500), first_seen: 1_000, last_seen: 5_000 },
        { ...flow('b', 2_000, 0), first_seen: 1_000, last_seen: 3_000 }
      )
    ).toMatchObject([
      { Destination: 'b', 'Mean, both ways': 8_000, 'From source': 2_000, 'To source': 0, 'First seen': 1_000 },
      { Destination: 'a', 'Mean, both ways': 3_000, 'From source': 1_000, 'To source': 500, 'Last seen': 5_000 },
    ]);
  });

  it('takes one packet for a second', async () => {
    expect(await all({ ...flow('a', 100), first_seen: 1_000, last_seen: 1_000 })).toMatchObject([
      { 'Mean, both ways': 800 },
    ]);
  });
});
