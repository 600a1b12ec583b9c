import type { Measure, XdpQuery } from './model';

/** What is counted of TCP connections: by flows, so that it needs groups. */
const OF_TCP: readonly Measure[] = ['retransmits', 'resets', 'zero_windows', 'unanswered', 'rtt'];

/** What has to change with a change, so that the back end accepts the measure: groups, or the measure itself. */
export function fittingMeasure(asked: XdpQuery, change: Partial<XdpQuery>): Partial<XdpQuery> {
  const isOfTcp = OF_TCP.some((measure) => measure === asked.measure);
  if (!isOfTcp || (asked.kind ?? 'packets') !== 'rates') {
    return {};
  }
  const lacksGroups = asked.groupBy === undefined || asked.groupBy === 'tcp_flag';
  if ('groupBy' in change && change.measure === undefined) {
    return lacksGroups ? { measure: undefined } : {};
  }
  return {
    ...(lacksGroups && { groupBy: 'direction' }),
    // Answers come the other way.
    ...(change.measure === 'unanswered' && { direction: undefined }),
  };
}
