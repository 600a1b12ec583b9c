import { fork } from 'child_process';
import dgram from 'dgram';

/** Datagrams a second. */
const RATE = 20_000;
/** Milliseconds between two bursts. */
const EVERY = 10;
const PORTS = { first: 20_000, count: 200 };

/** Has a process of its own send datagrams to many addresses and ports of this machine as long as this goes on. */
export async function withTraffic(during: () => Promise<void>): Promise<void> {
  const sender = fork(__filename, ['send'], { execArgv: ['-r', 'ts-node/register/transpile-only'] });
  try {
    await during();
  } finally {
    sender.kill();
  }
}

function send() {
  const socket = dgram.createSocket('udp4');
  // Nobody listens there, which the kernel tells the sender.
  socket.on('error', () => undefined);
  let sent = 0;
  const began = Date.now();
  setInterval(() => {
    const due = ((Date.now() - began) * RATE) / 1_000;
    for (let burst = 0; sent < due && burst < ((2 * RATE) / 1_000) * EVERY; burst += 1) {
      sent += 1;
      const [port, host] = [PORTS.first + (sent % PORTS.count), `127.0.${(sent >> 4) & 15}.${1 + (sent & 127)}`];
      socket.send('x'.repeat(sent % 400), port, host, () => undefined);
    }
  }, EVERY);
}

if (process.argv[2] === 'send') {
  send();
}
