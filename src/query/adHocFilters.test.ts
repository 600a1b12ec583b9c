import examples from '../../testdata/filters/ad-hoc.json';
import { COLUMNS } from '../testing/columns';

import { adHocFault, withAdHocFilters } from './adHocFilters';
import { TAGS } from './tags';

// The back end's tests parse what is expected here.
it.each(examples)('$adHoc beside "$filter" make "$expected"', ({ filter, adHoc, expected }) => {
  expect(withAdHocFilters({ refId: 'A', filter }, adHoc)).toEqual({ refId: 'A', filter: expected });
  expect(adHocFault({ refId: 'A' }, adHoc)).toBeUndefined();
});

it('are tried with every column that one can filter by', () => {
  const tried = new Set(examples.flatMap(({ adHoc }) => adHoc.map(({ key }) => key)));
  expect([...tried]).toEqual(TAGS.map(({ key }) => key));
  expect(COLUMNS.packets.map(({ name }) => name)).toEqual(expect.arrayContaining([...tried]));
});

it('make the filter where there is none', () => {
  const filters = [{ key: 'ttl', operator: '=', value: '1' }];
  expect(withAdHocFilters({ refId: 'A' }, filters).filter).toBe('ttl 1');
  expect(withAdHocFilters({ refId: 'A', kind: 'capture' }, filters)).toEqual({ refId: 'A', kind: 'capture' });
  expect(withAdHocFilters({ refId: 'A' }, undefined)).toEqual({ refId: 'A' });
});

const ADDRESS = 'an address such as 192.0.2.7 or 2001:db8::7';
const MAC = 'an Ethernet address such as 02:00:5e:10:00:01';

it.each([
  ['source_ip', '10.0.0.1 or tcp', ADDRESS],
  ['source_ip', '10.0.0.256', ADDRESS],
  ['source_ip', '10.0.0', ADDRESS],
  ['source_ip', 'localhost', ADDRESS],
  ['source_ip', 'a:b', ADDRESS],
  ['destination_ip', '::1)', ADDRESS],
  ['destination_ip', '::1\nor tcp', ADDRESS],
  ['source_port', '65536', 'a whole number from 0 to 65,535'],
  ['destination_port', 'http', 'a whole number from 0 to 65,535'],
  ['destination_port', '-1', 'a whole number from 0 to 65,535'],
  ['protocol', 'or', 'a name such as TCP, or a number from 0 to 255'],
  ['protocol', '256', 'a name such as TCP, or a number from 0 to 255'],
  ['protocol', 'TCP or UDP', 'a name such as TCP, or a number from 0 to 255'],
  ['vlan', '4096', 'a whole number from 0 to 4,095'],
  ['vlan', '40 or udp', 'a whole number from 0 to 4,095'],
  ['ttl', '256', 'a whole number from 0 to 255'],
  ['ttl', '1.5', 'a whole number from 0 to 255'],
  ['dscp', '64', 'a whole number from 0 to 63'],
  ['direction', 'both', 'in or out'],
  ['ethertype', '802.3', 'a name such as IPv4, ARP or LLDP, or a number such as 0x88cc'],
  ['ethertype', '0x88cc or 1', 'a name such as IPv4, ARP or LLDP, or a number such as 0x88cc'],
  ['source_mac', '02:00:5e:10:00', MAC],
  ['destination_mac', '02:00:5e:10:00:01 or ip', MAC],
])('%s cannot be %j', (key, value, allowed) => {
  const query = { refId: 'A', filter: 'tcp' };
  const message = `ad hoc filter ${key}: "${value}" is not possible; it takes ${allowed}`;
  for (const filter of [
    { key, operator: '=', value },
    { key, operator: '!=', value },
    { key, operator: '=|', value: '', values: ['', value] },
  ]) {
    expect(adHocFault(query, [filter])).toBe(message);
    expect(withAdHocFilters(query, [filter])).toEqual(query);
  }
});

it.each([
  ['ttl', '<', '5', 'ttl < 5'],
  ['dscp', '>', ' 10 ', 'dscp > 10'],
  ['ttl', '<=', '5', 'ttl <= 5'],
  ['dscp', '>=', '10', 'dscp >= 10'],
])('compares %s %s %s', (key, operator, value, condition) => {
  expect(withAdHocFilters({ refId: 'A' }, [{ key, operator, value }]).filter).toBe(condition);
  expect(adHocFault({ refId: 'A' }, [{ key, operator, value }])).toBeUndefined();
});

it.each([
  ['protocol', 'tcp', 'proto TCP'],
  ['protocol', 'Mobility header', 'proto 135'],
  ['protocol', '6', 'proto 6'],
  ['ethertype', 'ipv4', 'ether proto 0x0800'],
  ['direction', 'IN', 'inbound'],
])('takes %s %s as it is meant', (key, value, condition) => {
  expect(withAdHocFilters({ refId: 'A' }, [{ key, operator: '=', value }]).filter).toBe(condition);
});

it.each(['256', '', 'null', '5 or tcp'])('compares nothing with "%s"', (value) => {
  expect(adHocFault({ refId: 'A' }, [{ key: 'ttl', operator: '<', value }])).toBe(
    `ad hoc filter ttl: "${value}" is not possible; it takes a whole number from 0 to 255`
  );
});

it.each(['=~', '!~', '=>', '', 'toString', '__proto__'])('has no operator "%s"', (operator) => {
  const fault = (key: string) => adHocFault({ refId: 'A' }, [{ key, operator, value: '5' }]);
  expect(fault('ttl')).toBe(
    `ad hoc filter ttl: the operator ${operator} is not known; there are = != =| !=| < > <= >=`
  );
  expect(fault('vlan')).toBe(`ad hoc filter vlan: the operator ${operator} is not known; there are = != =| !=|`);
});

it('compares no names', () => {
  const fault = adHocFault({ refId: 'A' }, [{ key: 'source_port', operator: '<', value: '5' }]);
  expect(fault).toBe('ad hoc filter source_port: the operator < is not known; there are = != =| !=|');
});

it.each(['interface', 'tcp_flags', 'constructor', ''])('has no column "%s"', (key) => {
  expect(adHocFault({ refId: 'A' }, [{ key, operator: '=', value: '5' }])).toBe(
    `ad hoc filter ${key}: there is no such column to filter by; there are source_ip, destination_ip, source_port, destination_port, protocol, vlan, ttl, dscp, direction, ethertype, source_mac, destination_mac`
  );
});

it.each(['direction', 'ethertype', 'source_mac', 'destination_mac'])('has no way to say that there is no %s', (key) => {
  expect(adHocFault({ refId: 'A' }, [{ key, operator: '=', value: '' }])).toBe(
    `ad hoc filter ${key}: packets without it cannot be filtered for`
  );
});

it('takes no list of nothing for everything', () => {
  expect(adHocFault({ refId: 'A' }, [{ key: 'ttl', operator: '=|', value: '', values: [] }])).toBe(
    'ad hoc filter ttl: no value is chosen'
  );
});

it('does not trouble queries that take no filter', () => {
  expect(adHocFault({ refId: 'A', kind: 'capture' }, [{ key: 'x', operator: '=', value: '' }])).toBeUndefined();
});
