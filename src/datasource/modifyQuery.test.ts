import type { QueryFixAction } from '@grafana/data';

import type { XdpQuery } from '../query/model';
import { testDataSource } from '../testing/dataSource';

describe('a cell of Explore', () => {
  const modified = (query: Partial<XdpQuery>, type: string, options?: QueryFixAction['options']) =>
    testDataSource().modifyQuery({ refId: 'A', ...query }, { type, options }).filter;

  it('adds what it has to the filter, or what it has not', () => {
    const options = { key: 'source_ip', value: '192.0.2.7' };
    expect(modified({}, 'ADD_FILTER', options)).toBe('src host 192.0.2.7');
    expect(modified({ filter: 'tcp or udp' }, 'ADD_FILTER_OUT', options)).toBe(
      '(tcp or udp) and not src host 192.0.2.7'
    );
    expect(modified({ kind: 'flows', filter: '$filter' }, 'ADD_FILTER', { key: 'source_port', value: '53' })).toBe(
      '($filter) and src port 53'
    );
  });

  it('is of the headers that its query looks at', () => {
    const inner: XdpQuery = { refId: 'A', filter: 'tcp', decapsulate: 'inner' };
    const options = { key: 'source_port', value: '443' };
    expect(testDataSource().modifyQuery(inner, { type: 'ADD_FILTER', options })).toEqual({
      ...inner,
      filter: '(tcp) and src port 443',
    });
  });

  it.each([
    [{ kind: 'flows' }, 'ttl', '1'],
    [{ kind: 'rates', groupBy: 'source' }, 'source_mac', '02:00:5e:10:00:01'],
    [{ kind: 'rates', groupBy: 'tcp_flag' }, 'source_ip', '192.0.2.7'],
    [{ kind: 'capture' }, 'vlan', '40'],
  ] as const)('leaves %j beside its table alone, which has no condition on %s', (query, key, value) => {
    expect(modified(query, 'ADD_FILTER', { key, value })).toBeUndefined();
    expect(modified({ kind: 'rates' }, 'ADD_FILTER', { key, value })).toBeDefined();
  });

  it.each([
    ['ADD_FILTER', { key: 'length', value: '60' }],
    ['ADD_FILTER', { value: '60' }],
    ['ADD_FILTER', undefined],
    ['ADD_STRING_FILTER', { key: 'ttl', value: '1' }],
  ])('leaves the filter where nothing can be added: %s %j', (type, options) => {
    expect(modified({ filter: 'tcp' }, type, options as QueryFixAction['options'])).toBe('tcp');
  });
});
