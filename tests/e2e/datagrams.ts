import dgram from 'dgram';

/** Milliseconds between two rounds. */
const EVERY = 200;
/** Milliseconds between two datagrams that are sent once. */
const PACE = 20;

/** Sends a datagram to each of these UDP ports of this machine, over and over, from a port of its own. Gives what ends it. */
export function sendTo(ports: number[], from?: number): () => void {
  const socket = dgram.createSocket('udp4');
  if (from !== undefined) {
    socket.bind(from, '127.0.0.1');
  }
  // Nobody listens there, which the kernel tells the sender.
  socket.on('error', () => undefined);
  const timer = setInterval(() => {
    for (const port of ports) {
      socket.send('x', port, '127.0.0.1');
    }
  }, EVERY);
  return () => {
    clearInterval(timer);
    socket.close();
  };
}

/** Sends one datagram to each of so many UDP ports of this machine, from `first` on. */
export async function sendOnce(first: number, count: number): Promise<void> {
  const socket = dgram.createSocket('udp4');
  socket.on('error', () => undefined);
  for (let port = first; port < first + count; port += 1) {
    socket.send('x', port, '127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, PACE));
  }
  socket.close();
}
