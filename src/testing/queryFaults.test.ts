import { queryFaults } from './queryFaults';

it('finds nothing wrong with what the editor writes', () => {
  expect(queryFaults({ refId: 'A', kind: 'rates', groupBy: 'tcp_flag', top: 100, measure: 'bits' })).toEqual([]);
  expect(queryFaults({ refId: 'A', kind: 'flows', columns: ['source_ip'], since: 'start', interval: 100 })).toEqual([]);
});

it.each([
  [{ kind: 'histogram' }, 'kind histogram'],
  [{ top: 0 }, 'top 0'],
  [{ interval: 1.5 }, 'interval 1.5'],
  [{ groupBy: 'colour' }, 'groupBy colour'],
  [{ colour: 'red' }, 'colour red'],
  [{ limit: 50 }, 'limit, of no use to rates'],
  [{ columns: ['ttl'] }, 'columns ttl'],
  [{ groupBy: 'tunnel' }, 'groupBy tunnel without a look into tunnels'],
  [{ groupBy: 'tcp_flag', filter: 'tcp' }, 'filter, which rates grouped by tcp_flag do not take'],
])('finds what is wrong with %j', (wrong, fault) => {
  const query = { refId: 'A', kind: 'rates', groupBy: 'vlan', ...wrong };
  expect(queryFaults(query as never)).toEqual([fault]);
});
