import { t } from '../locale/t';

import { GROUPINGS } from './groups';
import { isUsed } from './kinds';
import type { Direction, QueryKind, XdpQuery } from './model';
import { wellFormed } from './wellFormed';

/** What is shown of the packets of a direction. */
const SHOWN: Record<QueryKind, Record<Direction, (interfaces: string) => string>> = {
  packets: {
    in: (interfaces) => t('describe.packets.in', 'incoming packets on {{interfaces}}', { interfaces }),
    out: (interfaces) => t('describe.packets.out', 'outgoing packets on {{interfaces}}', { interfaces }),
    both: (interfaces) => t('describe.packets.both', 'incoming and outgoing packets on {{interfaces}}', { interfaces }),
  },
  rates: {
    in: (interfaces) => t('describe.rates.in', 'rate of incoming packets on {{interfaces}}', { interfaces }),
    out: (interfaces) => t('describe.rates.out', 'rate of outgoing packets on {{interfaces}}', { interfaces }),
    both: (interfaces) =>
      t('describe.rates.both', 'rate of incoming and outgoing packets on {{interfaces}}', { interfaces }),
  },
  flows: {
    in: (interfaces) => t('describe.flows.in', 'conversations of incoming packets on {{interfaces}}', { interfaces }),
    out: (interfaces) => t('describe.flows.out', 'conversations of outgoing packets on {{interfaces}}', { interfaces }),
    both: (interfaces) =>
      t('describe.flows.both', 'conversations of incoming and outgoing packets on {{interfaces}}', { interfaces }),
  },
  capture: {
    in: (interfaces) => t('describe.capture.in', 'counters of incoming packets on {{interfaces}}', { interfaces }),
    out: (interfaces) => t('describe.capture.out', 'counters of outgoing packets on {{interfaces}}', { interfaces }),
    both: (interfaces) =>
      t('describe.capture.both', 'counters of incoming and outgoing packets on {{interfaces}}', { interfaces }),
  },
  drops: {
    in: (interfaces) => t('describe.drops.in', 'incoming packets that were dropped on {{interfaces}}', { interfaces }),
    out: (interfaces) =>
      t('describe.drops.out', 'outgoing packets that were dropped on {{interfaces}}', { interfaces }),
    both: (interfaces) => t('describe.drops.both', 'packets that were dropped on {{interfaces}}', { interfaces }),
  },
  interfaces: { in: ofInterfaces, out: ofInterfaces, both: ofInterfaces },
};

function ofInterfaces(interfaces: string): string {
  return t('describe.interfaces', 'state and counters of {{interfaces}}', { interfaces });
}

/** The query in a few words, for the collapsed row of the query editor. */
export function describeQuery(saved: XdpQuery): string {
  const query = wellFormed(saved);
  const interfaces = query.interfaces?.join(', ') || t('describe.default-interface', 'the default interface');
  const shown =
    shownOf(query, interfaces) ??
    t('describe.unknown-kind', '{{kind}} on {{interfaces}}', { kind: String(query.kind), interfaces });
  const filter = (isUsed(query, 'filter') && query.filter?.trim()) || '';
  const group = (isUsed(query, 'groupBy') && query.groupBy) || '';
  const isInner = isUsed(query, 'decapsulate') && query.decapsulate === 'inner';
  const isSinceStart = isUsed(query, 'since') && query.since === 'start';
  return [
    filter === '' ? shown : t('describe.filtered', '{{shown}} that match {{filter}}', { shown, filter }),
    isInner ? t('describe.decapsulated', 'decapsulated') : '',
    group === '' ? '' : t('describe.grouped', 'by {{group}}', { group: labelOf(group) }),
    isSinceStart ? t('describe.since-start', 'since the stream began') : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Undefined where the query comes from a version that knows other kinds or directions. */
function shownOf({ kind = 'packets', direction = 'both' }: XdpQuery, interfaces: string): string | undefined {
  const ofKind = new Map(Object.entries(SHOWN)).get(kind);
  return new Map(Object.entries(ofKind ?? {})).get(direction)?.(interfaces);
}

/** As the editor calls it; the name of a variable stays as it is. */
function labelOf(group: string): string {
  return GROUPINGS.find(({ groupBy }) => groupBy === group)?.label() ?? group;
}
