import { spawn } from 'child_process';
import net from 'net';

/** Milliseconds between two questions. */
const EVERY = 200;
/** Bytes of a question, and of its answer. */
const BYTES = 2_000;

/** The user `nobody`: what the user that runs Grafana listens on counts as Grafana's own traffic, which is not shown. */
const NOBODY = 65_534;

/** A server that sends back what it gets, and prints its port. */
const SERVER = `
  const server = require('net').createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));
`;

/** Has two TCP sockets of this machine talk with each other, over and over. Gives what ends it. Takes root. */
export async function talk(): Promise<() => void> {
  const server = spawn(process.execPath, ['-e', SERVER], {
    uid: NOBODY,
    gid: NOBODY,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.stdout.once('data', (line: Buffer) => {
      resolve(Number(line.toString()));
    });
  });
  const client = net.connect(port, '127.0.0.1');
  client.on('error', () => undefined);
  client.resume();
  const timer = setInterval(() => client.write(Buffer.alloc(BYTES)), EVERY);
  return () => {
    clearInterval(timer);
    client.destroy();
    server.kill();
  };
}
