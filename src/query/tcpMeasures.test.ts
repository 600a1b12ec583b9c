import { changedQuery, NOTHING_SET_ASIDE } from './changedQuery';
import type { XdpQuery } from './model';

const rates: XdpQuery = { refId: 'A', kind: 'rates' };

function after(query: XdpQuery, change: Partial<XdpQuery>): XdpQuery {
  return changedQuery(query, change, NOTHING_SET_ASIDE).changed;
}

it('has groups with a measure of TCP', () => {
  expect(after(rates, { measure: 'retransmits' })).toStrictEqual({
    ...rates,
    measure: 'retransmits',
    groupBy: 'direction',
  });
  expect(after({ ...rates, groupBy: 'tcp_flag' }, { measure: 'rtt' }).groupBy).toBe('direction');
  expect(after({ ...rates, groupBy: 'source' }, { measure: 'rtt' }).groupBy).toBe('source');
  expect(after(rates, { measure: 'bits' })).toStrictEqual({ ...rates, measure: 'bits' });
});

it('leaves a measure of TCP with its groups', () => {
  const resets: XdpQuery = { ...rates, measure: 'resets', groupBy: 'source' };
  expect(after(resets, { groupBy: undefined })).toStrictEqual(rates);
  expect(after(resets, { groupBy: 'tcp_flag' })).toStrictEqual({ ...rates, groupBy: 'tcp_flag' });
  expect(after(resets, { groupBy: 'service' })).toStrictEqual({ ...resets, groupBy: 'service' });
  expect(after(resets, { direction: 'in' })).toStrictEqual({ ...resets, direction: 'in' });
});

it('sees both directions with requests that had no answer', () => {
  expect(after({ ...rates, direction: 'in', groupBy: 'source' }, { measure: 'unanswered' })).toStrictEqual({
    ...rates,
    measure: 'unanswered',
    groupBy: 'source',
  });
});
