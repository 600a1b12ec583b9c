import { getDefaultTimeRange, type DataQueryRequest } from '@grafana/data';
import { setTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';

import type { XdpQuery } from '../query/model';
import type { XdpVariableQuery } from '../query/variableQuery';
import { testDataSource } from '../testing/dataSource';

import type { XdpDataSource } from './XdpDataSource';

/** What a variable offers whose query a dashboard has saved like this. */
async function valuesOf(dataSource: XdpDataSource, saved: unknown): Promise<unknown> {
  const request: DataQueryRequest<XdpVariableQuery> = {
    requestId: 'variable',
    app: 'dashboard',
    interval: '',
    intervalMs: 0,
    range: getDefaultTimeRange(),
    scopedVars: {},
    startTime: 0,
    timezone: '',
    targets: [saved as XdpVariableQuery],
  };
  const { data } = await lastValueFrom(dataSource.variables.query(request));
  return data;
}

describe('a dashboard variable', () => {
  const interfaces = [
    { text: 'eth0', value: 'eth0' },
    { text: 'lo', value: 'lo' },
  ];

  it.each(['interfaces', ' interfaces ', '', { refId: 'A', query: 'interfaces' }, undefined])(
    'lists interfaces, the default one first, for %j',
    async (saved) => {
      await expect(valuesOf(testDataSource(), saved)).resolves.toEqual(interfaces);
    }
  );

  describe('of values that were seen', () => {
    const asked = jest.fn();
    const dataSource = () =>
      testDataSource({
        seen: (parameters) => {
          asked(parameters);
          return {
            values: [
              { value: '443', packets: 9 },
              { value: '53', packets: 1 },
            ],
          };
        },
      });

    beforeEach(() => {
      asked.mockClear();
      setTemplateSrv({
        replace: (text = '', _: unknown, format?: (value: string[]) => string) =>
          text.replace('$interface', () => format?.(['eth0', 'eth1']) ?? ''),
      } as unknown as TemplateSrv);
    });

    it.each([
      ['ports', { what: 'ports' }],
      ['hosts()', { what: 'hosts' }],
      ['vlans (eth0)', { what: 'vlans', interface: ['eth0'] }],
      [' protocols($interface) ', { what: 'protocols', interface: ['eth0', 'eth1'] }],
      ['ports(lo, $interface)', { what: 'ports', interface: ['lo', 'eth0', 'eth1'] }],
      ['ports(any)', { what: 'ports' }],
    ])('asks for "%s" where it is to be', async (query, parameters) => {
      const values = [
        { text: '443', value: '443' },
        { text: '53', value: '53' },
      ];
      // As dashboards saved it before there was an editor for it, and as that editor does.
      await expect(valuesOf(dataSource(), query)).resolves.toEqual(values);
      await expect(valuesOf(dataSource(), { refId: 'A', query })).resolves.toEqual(values);
      expect(asked.mock.calls).toEqual([[parameters], [parameters]]);
    });

    it('are not asked for by a text that cannot be read', async () => {
      await expect(valuesOf(dataSource(), 'port')).rejects.toThrow('XDP Live cannot list "port" for a variable.');
      expect(asked).not.toHaveBeenCalled();
    });

    it('are offered for an ad hoc filter, of the interfaces that are asked for', async () => {
      const values = (key: string, queries?: XdpQuery[]) => dataSource().getTagValues({ key, filters: [], queries });
      await expect(values('source_port', [{ refId: 'A', interfaces: ['$interface'] }])).resolves.toEqual([
        { text: '443', value: '443' },
        { text: '53', value: '53' },
      ]);
      await values('destination_ip', [{ refId: 'A', interfaces: ['eth0'] }, { refId: 'B' }]);
      await values('vlan');
      expect(asked.mock.calls).toEqual([
        [{ what: 'ports', interface: ['eth0', 'eth1'] }],
        [{ what: 'hosts' }],
        [{ what: 'vlans' }],
      ]);
      await expect(values('direction')).resolves.toEqual([
        { text: 'in', value: 'in' },
        { text: 'out', value: 'out' },
      ]);
      await expect(values('ttl')).resolves.toEqual([]);
      await expect(values('nothing')).resolves.toEqual([]);
      expect(asked).toHaveBeenCalledTimes(3);
    });
  });

  it('passes on why the back end lists none', async () => {
    const refuse = () => {
      throw new Error('Your role is Viewer; this data source asks for Editor.');
    };
    await expect(valuesOf(testDataSource({ interfaces: refuse }), 'interfaces')).rejects.toThrow('Your role');
  });
});
