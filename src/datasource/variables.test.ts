import { setTemplateSrv, type TemplateSrv } from '@grafana/runtime';

import type { XdpQuery } from '../query/model';
import { testDataSource } from '../testing/dataSource';

describe('a dashboard variable', () => {
  const interfaces = [
    { text: 'eth0', value: 'eth0' },
    { text: 'lo', value: 'lo' },
  ];

  it.each(['interfaces', ' interfaces ', ''])('lists interfaces, the default one first, for "%s"', async (query) => {
    await expect(testDataSource().metricFindQuery(query)).resolves.toEqual(interfaces);
  });

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
      await expect(dataSource().metricFindQuery(query)).resolves.toEqual([
        { text: '443', value: '443' },
        { text: '53', value: '53' },
      ]);
      expect(asked.mock.calls).toEqual([[parameters]]);
    });

    it.each(['port', 'interfaces(eth0)', 'hosts(eth0', 'hosts(a)(b)', 'constructor', 'toString()'])(
      'refuses "%s" and names the lists there are',
      async (query) => {
        await expect(dataSource().metricFindQuery(query)).rejects.toThrow(
          `XDP Live cannot list "${query}" for a variable. Write interfaces, hosts, ports, vlans, protocols, or one of the last four with interfaces, such as hosts(eth0) or hosts($interface).`
        );
        expect(asked).not.toHaveBeenCalled();
      }
    );

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
    await expect(testDataSource({ interfaces: refuse }).metricFindQuery('interfaces')).rejects.toThrow('Your role');
  });
});
