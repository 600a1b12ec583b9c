import { legendBeside, lines, named } from './kit/graph';
import { UNITS } from './kit/units';
import { SERVICES } from './services';

/** A line for each port, with the name of its service beside it where there is one. */
export function servicesByPort() {
  const panel = lines(UNITS.bitsPerSecond).legend(legendBeside());
  return [...SERVICES].reduce(
    (with_, [port, service]) => with_.overrideByName(String(port), [named(`${port} ${service}`)]),
    panel
  );
}
