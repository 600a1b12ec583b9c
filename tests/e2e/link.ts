import { execFile } from 'child_process';
import { randomBytes } from 'crypto';
import { promisify } from 'util';

const run = promisify(execFile);

/** Both ends of a link that no other process knows of. Only root can make one. */
export interface Link {
  /** The end that is looked at. */
  name: string;
  set: (state: 'up' | 'down') => Promise<void>;
  remove: () => Promise<void>;
}

/** Makes a veth pair, both ends up. */
export async function makeLink(): Promise<Link> {
  const id = randomBytes(3).toString('hex');
  const [name, other] = [`e2e${id}a`, `e2e${id}b`];
  await run('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', other]);
  const set = async (end: string, state: string) => {
    await run('ip', ['link', 'set', end, state]);
  };
  await set(other, 'up');
  await set(name, 'up');
  return {
    name,
    set: (state) => set(name, state),
    remove: async () => {
      await run('ip', ['link', 'delete', name]);
    },
  };
}
