import { isOfSeries } from './kinds';
import { ANY_INTERFACE, isException } from './interfaceSets';
import type { Direction, XdpQuery } from './model';

const DIRECTION_TEXT: Record<Direction, string> = { in: 'in', out: 'out', both: 'in and out' };

/** What tells rates apart, what says most in front. */
const TRAITS: ReadonlyArray<(query: XdpQuery) => string> = [
  ({ filter = '' }) => filter.trim() || 'every packet',
  ({ direction = 'both' }) => DIRECTION_TEXT[direction],
  ({ interfaces = [] }) => {
    const texts = interfaces.includes(ANY_INTERFACE)
      ? ['every interface', ...interfaces.filter(isException)]
      : interfaces;
    return texts.join(', ') || 'default interface';
  },
  ({ hosts = [] }) => hosts.join(', ') || 'every machine',
  ({ decapsulate }) => (decapsulate === 'inner' ? 'decapsulated' : 'outer headers'),
];

/**
 * Names for the time series of a panel's queries, by refId: what they differ in, so that two of them are not both
 * called "bits". One query alone needs none. Template variables are to be in place.
 */
export function seriesNames(queries: XdpQuery[]): Map<string, string> {
  const rates = queries.filter((query) => isOfSeries(query) && !query.hide);
  const differing = TRAITS.filter((trait) => new Set(rates.map(trait)).size > 1);
  return new Map(
    differing.length === 0
      ? []
      : rates.map((query) => [query.refId, differing.map((trait) => trait(query)).join(', ')] as const)
  );
}
