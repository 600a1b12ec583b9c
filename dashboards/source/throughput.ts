import { DIRECTION_COLORS } from '../../src/fields/colors';

import { mirrored } from './kit/graph';
import { asking } from './kit/panel';
import { rate } from './kit/queries';
import { UNITS } from './kit/units';
import { EXACT } from './phrases';

const MEASURES = {
  bits: { title: 'Bits per second', unit: UNITS.bitsPerSecond },
  packets: { title: 'Packets per second', unit: UNITS.packetsPerSecond },
} as const;

/** How much is received and sent of what the reader's filter wants; `interval` in ms. */
export function throughput(id: number, measure: keyof typeof MEASURES, interval: number) {
  const { title, unit } = MEASURES[measure];
  return asking(
    mirrored(unit, DIRECTION_COLORS),
    {
      id,
      title,
      description: `${title} on the wire that match the filter: received above zero, sent below zero. ${EXACT} In a gap nothing was counted.`,
    },
    (['in', 'out'] as const).map((direction) => rate(measure, { refId: direction, direction, interval }))
  );
}
