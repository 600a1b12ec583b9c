import { groups } from './groups';
import { panels } from './panels';
import { ranges } from './ranges';

const [which, ...numbers] = process.argv.slice(2);

async function main(): Promise<void> {
  switch (which) {
    case 'groups':
      return groups();
    case 'ranges':
      return ranges();
    case 'panels':
      return panels(...numbers.map(Number));
    default:
      throw new Error(`There is no measurement "${which ?? ''}": groups, ranges, panels [COUNT] [SECONDS].`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
