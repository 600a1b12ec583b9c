import type { DataQueryRequest } from '@grafana/data';
import { config, DataSourceWithBackend, setTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { lastValueFrom, of } from 'rxjs';

import type { XdpQuery } from '../query/model';
import { COLUMNS } from '../testing/columns';
import { testDataSource } from '../testing/dataSource';
import { requestFor } from '../testing/requests';

describe('ad hoc filters', () => {
  const tcp = { key: 'protocol', operator: '=', value: 'TCP' };
  const sent = jest.fn();

  beforeEach(() => {
    sent.mockClear();
    config.liveEnabled = false;
    setTemplateSrv({ replace: (text = '') => text } as unknown as TemplateSrv);
    jest.spyOn(DataSourceWithBackend.prototype, 'query').mockImplementation(({ targets }: DataQueryRequest) => {
      sent(targets);
      return of({ data: [] });
    });
  });

  it('have the columns of tables for keys', async () => {
    const keys = await testDataSource().getTagKeys();
    const columns = COLUMNS.packets.map(({ name }) => name);
    expect(keys.map(({ value }) => value).filter((key) => !columns.includes(String(key)))).toEqual([]);
    expect(keys).toContainEqual({ text: 'source_ip', value: 'source_ip' });
  });

  it('have for keys what all queries can have that take a filter', async () => {
    const keys = async (...queries: Array<Partial<XdpQuery>>) => {
      const asked = queries.map((query) => ({ refId: 'A', ...query }));
      const offered = await testDataSource().getTagKeys({ filters: [], queries: asked });
      return offered.map(({ value }) => String(value));
    };
    const all = await keys();
    expect(all).toContain('ttl');
    expect(await keys({}, { kind: 'rates' }, { kind: 'capture' }, { kind: 'rates', groupBy: 'tcp_flag' })).toEqual(all);
    const ofFlows = all.filter((key) => !['ttl', 'dscp', 'source_mac', 'destination_mac'].includes(key));
    expect(await keys({}, { kind: 'flows' })).toEqual(ofFlows);
    expect(await keys({ kind: 'rates', groupBy: 'vlan' })).toEqual(ofFlows);
  });

  it('go into the queries that take a filter', () => {
    const dataSource = testDataSource();
    const asked = (query: XdpQuery) => dataSource.applyTemplateVariables(query, {}, [tcp]);
    expect(asked({ refId: 'A', filter: 'port 53 or port 80' }).filter).toBe('(port 53 or port 80) and proto TCP');
    expect(asked({ refId: 'A', kind: 'flows' }).filter).toBe('proto TCP');
    expect(asked({ refId: 'A', kind: 'capture' })).toEqual({ refId: 'A', kind: 'capture' });
    expect(dataSource.applyTemplateVariables({ refId: 'A', filter: 'udp' }, {})).toEqual({ refId: 'A', filter: 'udp' });
  });

  it('that cannot be had are said at the queries they are for', async () => {
    const request = requestFor([{ refId: 'A' }, { refId: 'B', kind: 'capture' }]);
    const { errors } = await lastValueFrom(
      testDataSource().query({ ...request, filters: [tcp, { key: 'ttl', operator: '=~', value: '5' }] })
    );
    expect(sent).toHaveBeenCalledWith([{ refId: 'B', kind: 'capture' }]);
    expect(errors).toEqual([
      { refId: 'A', message: 'ad hoc filter ttl: the operator =~ is not known; there are = != =| !=| < > <= >=' },
    ]);
  });
});
