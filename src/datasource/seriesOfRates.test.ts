import { createDataFrame, FieldType, LoadingState, type DataFrame, type DataQueryResponse } from '@grafana/data';
import { config, DataSourceWithBackend, setTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { lastValueFrom, of } from 'rxjs';

import type { XdpQuery } from '../query/model';
import { testDataSource } from '../testing/dataSource';
import { requestFor } from '../testing/requests';

describe('queries for rates', () => {
  const rates = (refId: string, labels?: Record<string, string>): DataFrame =>
    createDataFrame({
      refId,
      fields: [
        { name: 'time', type: FieldType.time, values: [1_000] },
        { name: 'bits', type: FieldType.number, labels, config: { unit: 'bps' }, values: [8] },
      ],
    });
  const legend = ({ data }: DataQueryResponse) =>
    (data as DataFrame[]).map(({ fields }) => fields[1]?.config.displayNameFromDS);
  const named = async (frames: DataFrame[], targets: XdpQuery[]) => {
    config.liveEnabled = false;
    setTemplateSrv({
      replace: (text = '', _: unknown, format?: (value: string) => string) =>
        text.replace('$port', () => format?.('53') ?? ''),
    } as unknown as TemplateSrv);
    jest
      .spyOn(DataSourceWithBackend.prototype, 'query')
      .mockReturnValue(of({ state: LoadingState.Done, data: frames }));
    return legend(await lastValueFrom(testDataSource().query(requestFor(targets))));
  };

  it('have their filters for names, with the values of variables, where there are several', async () => {
    const query = (refId: string, filter?: string): XdpQuery => ({ refId, kind: 'rates', measure: 'bits', filter });
    expect(await named([rates('A')], [query('A', 'tcp')])).toEqual([undefined]);
    expect(await named([rates('A'), rates('B')], [query('A', 'port $port'), query('B')])).toEqual([
      'port 53',
      'every packet',
    ]);
  });

  it('have gaps where no rows are', async () => {
    config.liveEnabled = false;
    const data = [
      createDataFrame({ refId: 'A', fields: [{ name: 'time', type: FieldType.time, values: [1_000, 9_000] }] }),
    ];
    jest.spyOn(DataSourceWithBackend.prototype, 'query').mockReturnValue(of({ state: LoadingState.Done, data }));
    const response = await lastValueFrom(testDataSource().query(requestFor([{ refId: 'A', kind: 'rates' }])));
    expect((response.data as DataFrame[])[0]?.fields[0]?.values).toEqual([1_000, 2_000, 9_000]);
  });

  it('have the names of their groups where they are grouped', async () => {
    const query = (refId: string, direction: 'in' | 'out'): XdpQuery => ({
      refId,
      kind: 'rates',
      groupBy: 'protocol',
      direction,
    });
    const tcp = (refId: string) => rates(refId, { protocol: 'TCP' });
    expect(await named([tcp('A')], [query('A', 'in')])).toEqual(['TCP']);
    expect(await named([tcp('A'), tcp('B')], [query('A', 'in'), query('B', 'out')])).toEqual(['TCP · in', 'TCP · out']);
  });
});
