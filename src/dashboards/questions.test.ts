import { BUNDLED, panelOf } from './bundled';

/** What is asked first of a network, and the panel that answers it. */
const ANSWERS: ReadonlyArray<readonly [question: string, file: keyof typeof BUNDLED, panel: string]> = [
  ['How much came in and went out?', 'overview.json', 'In this time range'],
  ['How many bits a second come in and go out?', 'overview.json', 'Bits per second'],
  ['How many packets a second?', 'overview.json', 'Packets per second'],
  ['How full is the link?', 'overview.json', 'Utilisation'],
  ['Who sends most to us?', 'overview.json', 'Top talkers in, by source'],
  ['Whom do we send most?', 'overview.json', 'Top talkers out, by destination'],
  ['Which ports are asked most?', 'overview.json', 'Top ports asked, by destination port'],
  ['Which services answer most?', 'overview.json', 'Top services, by source port'],
  ['Which protocols?', 'overview.json', 'Protocols'],
  ['Do connections begin, and do they fail?', 'overview.json', 'Connections begun, reset and failed'],
  ['How much is broadcast and multicast?', 'overview.json', 'Unicast, multicast, broadcast'],
  ['Which VLANs?', 'overview.json', 'VLANs'],
  ['What is new?', 'overview.json', 'Hosts first seen'],
  ['Is anything lost?', 'overview.json', 'Lost'],
  ['What passes right now?', 'live-packets.json', 'Packets'],
  ['What is not to leave the link?', 'live-packets.json', 'TTL'],
  ['How much does a filter want?', 'live-packets.json', 'How much'],
  ['Who talks with whom now, and how much?', 'conversations.json', 'Conversations now'],
  ['How much has a host, both ways together?', 'conversations.json', 'Hosts, both ways'],
  ['And in all?', 'conversations.json', 'Conversations in all'],
  ['Who is that?', 'host.json', 'Who it is'],
  ['What is it called?', 'host.json', 'Names'],
  ['How much does it send and receive?', 'host.json', 'Bits per second'],
  ['Which services does it have?', 'host.json', 'Services of this host, by port'],
  ['Whom does it talk with?', 'host.json', 'Conversations'],
  ['Is it slow?', 'host.json', 'Quality of connections'],
  ['Which program does it talk with?', 'host.json', 'Processes'],
  ['Why did a packet of it not arrive?', 'host.json', 'Dropped packets'],
  ['Which link is full, faulty or down?', 'interfaces.json', 'Interfaces'],
  ['Why does the kernel drop packets?', 'drops.json', 'Dropped packets per second, by reason'],
  ['Which packets does it drop, and where?', 'drops.json', 'Dropped packets'],
  ['When was something lost or left out?', 'capture-health.json', 'Left out and lost, over time'],
  ['By which stream?', 'capture-health.json', 'Streams'],
  ['Where are packets read, and where can they not be?', 'capture-health.json', 'Hooks'],
];

it.each(ANSWERS)('%s', (_, file, title) => {
  expect(panelOf(BUNDLED[file], title).queries).not.toEqual([]);
});

it('takes "how much" from exact counts, never from rows that are left out at a limit', () => {
  const ofPackets = Object.values(BUNDLED).flatMap(({ panels }) =>
    panels.filter(({ queries }) => queries.some(({ kind }) => kind === 'packets')).map(({ title }) => title)
  );
  // What each packet is, and no sum of them.
  expect(ofPackets).toEqual(['Packets', 'TTL', 'Who it is', 'Names', 'Packets']);
});
