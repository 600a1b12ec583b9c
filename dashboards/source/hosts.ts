import { legendBeside, lines } from './kit/graph';
import { toConversations } from './kit/links';
import { UNITS } from './kit/units';

/** A line for each host, which leads to its conversations; groups that are no host lead nowhere. */
export function hostLines(groupBy: 'source' | 'destination' | 'host_ip') {
  const link = toConversations('Conversations of this host', `\${__field.labels.${groupBy}}`);
  return lines(UNITS.bitsPerSecond)
    .legend(legendBeside())
    .overrideByRegexp('/^(?!(none|other)$)/', [{ id: 'links', value: [link] }]);
}
