import { BUNDLED, panelOf } from './bundled';
import { drawn, rowsOf, type Row } from './panelPipeline';

const dashboard = BUNDLED['host.json'];
const panel = (title: string) => panelOf(dashboard, title);
const shown = async (title: string, rows: Row[]) => rowsOf((await drawn(panel(title), rows))[0]);

it('is about one host in every panel', () => {
  dashboard.panels.forEach(({ title, queries }) => {
    queries.forEach(({ filter }) => {
      expect([title, filter]).toEqual([
        title,
        expect.stringMatching(/^\(\$filter\) and (?:src |dst )?host \$address\b/),
      ]);
    });
  });
});

it('has hosts that were seen to choose from, and others to type, and one from the beginning', () => {
  const address = dashboard.templating.list.find(({ name }) => name === 'address');
  expect(address).toMatchObject({
    allowCustomValue: true,
    // Only then: a change of the interface is to leave the host as it is.
    refresh: 1,
    staticOptions: [{ text: '127.0.0.1', value: '127.0.0.1' }],
    staticOptionsOrder: 'after',
  });
});

it.each([
  ['Bits per second', 'bits'],
  ['Packets per second', 'packets'],
])('has what the host receives above zero and what it sends below zero: %s', (title, measure) => {
  const { queries, fieldConfig } = panel(title);
  expect(queries.map((query) => [query.refId, query.direction, query.measure, query.filter])).toEqual([
    ['in', 'both', measure, '($filter) and dst host $address'],
    ['out', 'both', measure, '($filter) and src host $address'],
  ]);
  const below = fieldConfig.overrides.filter(({ properties }) =>
    properties.some(({ id }) => id === 'custom.transform')
  );
  expect(below.map(({ matcher }) => matcher.options)).toEqual(['out']);
});

it('has who it is by what it has sent last, a row for each card', async () => {
  const sent = { source_ip: '192.0.2.7', source_mac: '00:11:32:00:00:01', source_mac_vendor: 'Synology' };
  expect(panel('Who it is').queries).toMatchObject([{ filter: '($filter) and src host $address' }]);
  expect(
    await shown('Who it is', [
      { ...sent, time: 1_000 },
      { ...sent, time: 2_000, source_mac: '00:11:32:00:00:02' },
      { ...sent, time: 3_000 },
    ])
  ).toMatchObject([
    { Address: '192.0.2.7', Card: '00:11:32:00:00:01', 'Made by': 'Synology', 'Last seen': 3_000 },
    { Address: '192.0.2.7', Card: '00:11:32:00:00:02', 'Made by': 'Synology', 'Last seen': 2_000 },
  ]);
});

it('has its names with their origin, and not the origin of the name of another', async () => {
  const sent = { source_ip: '192.0.2.7' };
  expect(
    await shown('Names', [
      // The name is that of the destination.
      { ...sent, time: 1_000, source_name: null, name_source: 'ptr' },
      { ...sent, time: 2_000, source_name: 'nas.example', name_source: 'dns-answer' },
      { ...sent, time: 3_000, source_name: 'nas', name_source: 'hosts' },
      { ...sent, time: 4_000, source_name: 'nas.example', name_source: 'dns-answer' },
    ])
  ).toEqual([
    { Name: 'nas.example', 'Known from': 'dns-answer', 'Last seen': 4_000 },
    { Name: 'nas', 'Known from': 'hosts', 'Last seen': 3_000 },
  ]);
});

it.each([
  ['Services of this host, by port', 'source_port', '($filter) and src host $address and src portrange 1-32767'],
  ['Services that it uses, by port', 'destination_port', '($filter) and src host $address and dst portrange 1-32767'],
])('has ports of services, and none that clients are given: %s', (title, groupBy, filter) => {
  expect(panel(title).queries).toMatchObject([{ kind: 'rates', measure: 'bits', groupBy, filter }]);
});

it('has its largest conversations on top', async () => {
  const flow = { source_ip: '192.0.2.1', destination_ip: '192.0.2.7', destination_name: 'nas' };
  const rows = await shown('Conversations', [
    { ...flow, destination_port: 80, bytes: 100, reverse_bytes: 20 },
    { ...flow, destination_port: 443, bytes: 50, reverse_bytes: 200 },
  ]);
  expect(rows.map((row) => [row['Destination port'], row['Destination name']])).toEqual([
    [443, 'nas'],
    [80, 'nas'],
  ]);
});

it('has the connections of which something is known, the worst on top', async () => {
  expect(panel('Quality of connections').queries).toMatchObject([{ filter: '($filter) and host $address and tcp' }]);
  const rows = await shown('Quality of connections', [
    { source_port: 1, rtt: 9, retransmits: 0, quality_source: 'socket' },
    { source_port: 2, rtt: null, retransmits: null, quality_source: null },
    { source_port: 3, rtt: 1, retransmits: 4, quality_source: 'socket' },
    { source_port: 4, rtt: 2, retransmits: 0, quality_source: 'socket' },
  ]);
  expect(rows.map((row) => row['Source port'])).toEqual([3, 1, 4]);
});

it('adds up the bytes of each process, and asks for nothing else in that panel', async () => {
  const process = { process: 'curl', pid: 7, user: 'root', container: null };
  const rows = await shown('Processes', [
    { ...process, bytes: 10, reverse_bytes: 5 },
    { process: null, bytes: 1_000, reverse_bytes: 0 },
    { ...process, bytes: 1, reverse_bytes: 0 },
    { ...process, process: 'nginx', pid: 9, bytes: 100, reverse_bytes: 0 },
  ]);
  expect(rows).toEqual([
    { Process: 'nginx', PID: 9, User: 'root', Container: null, Bytes: 100 },
    { Process: 'curl', PID: 7, User: 'root', Container: null, Bytes: 16 },
  ]);
  // Where the administrator does not allow it, the back end refuses that query alone.
  const asking = dashboard.panels.filter(({ queries }) =>
    queries.some(({ columns = [] }) => ['process', 'pid', 'user', 'container'].some((name) => columns.includes(name)))
  );
  expect(asking.map(({ title }) => title)).toEqual(['Processes']);
});

it.each(['host.json', 'drops.json'] as const)('has the newest dropped packet on top in %s', async (file) => {
  const [frame] = await drawn(panelOf(BUNDLED[file], 'Dropped packets'), [
    { time: 1_000, reason: 'NO_SOCKET' },
    { time: 1_001, reason: 'QDISC_DROP' },
    { time: 1_001, reason: 'NETFILTER_DROP' },
  ]);
  expect(rowsOf(frame).map(({ Reason }) => Reason)).toEqual(['NETFILTER_DROP', 'QDISC_DROP', 'NO_SOCKET']);
});
