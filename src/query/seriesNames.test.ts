import type { XdpQuery } from './model';
import { seriesNames } from './seriesNames';

const rates = (refId: string, query: Partial<XdpQuery> = {}): XdpQuery => ({ refId, kind: 'rates', ...query });
const names = (...queries: XdpQuery[]) => Object.fromEntries(seriesNames(queries));

it('names rates by their filters', () => {
  expect(names(rates('A', { filter: ' tcp ' }), rates('B', { filter: 'udp', direction: 'both' }))).toEqual({
    A: 'tcp',
    B: 'udp',
  });
});

it.each<[Partial<XdpQuery>, Partial<XdpQuery>, string, string]>([
  [{ direction: 'in' }, { direction: 'out' }, 'in', 'out'],
  [{}, { direction: 'out', filter: ' ' }, 'in and out', 'out'],
  [{ interfaces: ['eth0', 'lo'] }, { interfaces: ['any'] }, 'eth0, lo', 'every interface'],
  [{ interfaces: [] }, { interfaces: ['lo'] }, 'default interface', 'lo'],
  [{}, { decapsulate: 'inner' }, 'outer headers', 'decapsulated'],
  [{ filter: 'tcp', direction: 'in' }, { direction: 'out' }, 'tcp, in', 'every packet, out'],
])('tells %j from %j', (a, b, nameOfA, nameOfB) => {
  expect(names(rates('A', a), rates('B', b))).toEqual({ A: nameOfA, B: nameOfB });
});

it('needs no names for one query, nor for those that are alike in all of that', () => {
  expect(names(rates('A', { filter: 'tcp' }))).toEqual({});
  expect(names(rates('A', { measure: 'bits' }), rates('B', { measure: 'size' }))).toEqual({});
});

it('leaves out what is no time series or not drawn', () => {
  const others: XdpQuery[] = [
    { refId: 'B', filter: 'udp' },
    rates('C', { filter: 'arp', columns: ['time', 'packets'] }),
    rates('D', { filter: 'icmp', hide: true }),
  ];
  expect(names(rates('A', { filter: 'tcp' }), ...others)).toEqual({});
});
