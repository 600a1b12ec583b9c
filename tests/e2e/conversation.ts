import net from 'net';

/** Milliseconds between two questions. */
const EVERY = 200;
/** Bytes of a question, and of its answer. */
const BYTES = 2_000;

/** Has two TCP sockets of this machine talk with each other, over and over. Gives what ends it. */
export async function talk(): Promise<() => void> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const client = net.connect(port, '127.0.0.1');
  client.on('error', () => undefined);
  client.resume();
  const timer = setInterval(() => client.write(Buffer.alloc(BYTES)), EVERY);
  return () => {
    clearInterval(timer);
    client.destroy();
    server.close();
  };
}
