import { migrateVariableQuery, readVariableQuery, writeVariableQuery } from './variableQuery';

it.each([
  ['interfaces', { list: 'interfaces', interfaces: [] }],
  ['interfaces(uplinks)', { list: 'interfaces', interfaces: ['uplinks'] }],
  ['interfaces(eth*, !eth1)', { list: 'interfaces', interfaces: ['eth*', '!eth1'] }],
  ['machines', { list: 'machines', interfaces: [] }],
  ['hosts', { list: 'hosts', interfaces: [] }],
  ['ports(eth0)', { list: 'ports', interfaces: ['eth0'] }],
  ['vlans($interface, lo)', { list: 'vlans', interfaces: ['$interface', 'lo'] }],
  ['protocols(${interface:csv})', { list: 'protocols', interfaces: ['${interface:csv}'] }],
] as const)('%s is written as it is read', (text, query) => {
  expect(readVariableQuery(text)).toEqual(query);
  expect(writeVariableQuery({ ...query, interfaces: [...query.interfaces] })).toBe(text);
});

it.each(['', '  '])('reads "%s" as the interfaces', (text) => {
  expect(readVariableQuery(text)).toEqual({ list: 'interfaces', interfaces: [] });
});

it.each(['port', 'machines(eth0)', 'interfaces(eth0', 'hosts(eth0', 'hosts(a)(b)', 'constructor', 'toString()'])(
  'refuses "%s" and names the lists there are',
  (text) => {
    expect(() => readVariableQuery(text)).toThrow(
      `XDP Live cannot list "${text}" for a variable. Write machines, interfaces, hosts, ports, vlans, protocols, or one of the last five with interfaces, such as interfaces(uplinks), hosts(eth0) or hosts($interface).`
    );
  }
);

it.each([
  ['hosts(eth0)', { refId: 'A', query: 'hosts(eth0)' }],
  ['', { refId: 'A', query: '' }],
  [undefined, { refId: 'A', query: 'interfaces' }],
  [
    { refId: 'B', query: 'ports' },
    { refId: 'B', query: 'ports' },
  ],
])('of a saved %j, the query is %j', (saved, query) => {
  expect(migrateVariableQuery(saved)).toEqual(query);
});
