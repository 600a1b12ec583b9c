import { FieldColorModeId, MappingType, ThresholdsMode, type FieldConfig, type ValueMapping } from '@grafana/data';

import type { HookState } from '../resources/hookState';

/** How the values of a column look where a panel does not say otherwise. */
export interface Look extends Readonly<
  Pick<FieldConfig, 'decimals' | 'min' | 'max' | 'mappings' | 'thresholds' | 'color'>
> {
  /** What tables alone know of. */
  custom?: TableLook;
}

interface TableLook {
  cellOptions: { type: 'color-text' };
}

/** Colours of Grafana's palette, which has each of them for the light and the dark theme. */
const PROTOCOL_COLORS: ReadonlyMap<string, string> = new Map([
  ['TCP', 'blue'],
  ['UDP', 'orange'],
  ['ICMP', 'green'],
  ['IPv6-ICMP', 'dark-green'],
  ['IGMP', 'purple'],
  ['SCTP', 'yellow'],
  ['ESP', 'red'],
  ['AH', 'red'],
  ['GRE', 'purple'],
]);

const DIRECTION_COLORS: ReadonlyMap<string, string> = new Map([
  ['in', 'blue'],
  ['out', 'orange'],
]);

const CAST_COLORS: ReadonlyMap<string, string> = new Map([
  ['unicast', 'blue'],
  ['multicast', 'orange'],
  ['broadcast', 'red'],
]);

/** Each can be read as text on the panels of both themes. No grey can: what is absent looks like plain text. */
const STATE_COLORS: ReadonlyMap<HookState, string> = new Map([
  ['attached', 'semi-dark-green'],
  ['attaching', 'blue'],
  ['refused', 'red'],
]);

/** What is in no group of its own is not to stand out; the same in both themes. */
const OTHER_COLOR = '#8e8e8e';

/** Of a series, by what it is grouped by. */
const SERIES_COLORS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['protocol', PROTOCOL_COLORS],
  ['direction', DIRECTION_COLORS],
  ['cast', CAST_COLORS],
]);

const WHOLE: Look = { decimals: 0 };

const COLORED_TEXT: TableLook = { cellOptions: { type: 'color-text' } };

/** Text in the colour that its value has; any other value looks like plain text. */
function textWith(mappings: ValueMapping[]): Look {
  return { mappings, color: { mode: FieldColorModeId.Fixed, fixedColor: 'text' }, custom: COLORED_TEXT };
}

function coloredBy(colors: ReadonlyMap<string, string>): Look {
  const options = [...colors].map(([text, color], index) => [text, { color, index }] as const);
  return textWith([{ type: MappingType.ValueToText, options: Object.fromEntries(options) }]);
}

/** A number that is to be 0, or low. */
function warning(...steps: Array<{ value: number; color: string }>): Look {
  return {
    thresholds: { mode: ThresholdsMode.Absolute, steps: [{ value: -Infinity, color: 'text' }, ...steps] },
    color: { mode: FieldColorModeId.Thresholds },
    custom: COLORED_TEXT,
  };
}

const LOSS: Look = { ...WHOLE, ...warning({ value: 1, color: 'red' }) };

const LOOKS: ReadonlyMap<string, Look> = new Map([
  ['protocol', coloredBy(PROTOCOL_COLORS)],
  ['direction', coloredBy(DIRECTION_COLORS)],
  ['state', coloredBy(STATE_COLORS)],
  ['malformed', textWith([{ type: MappingType.RegexToText, options: { pattern: '/.+/', result: { color: 'red' } } }])],
  ...[
    'vlan',
    'inner_vlan',
    'version',
    'segments',
    'ttl',
    'dscp',
    'source_port',
    'destination_port',
    'icmp_type',
    'icmp_code',
    'packets',
    'reverse_packets',
    'seen',
    'own',
    'streams',
    'matched',
    'delivered',
  ].map((name): [string, Look] => [name, WHOLE]),
  ['thinned', { ...WHOLE, ...warning({ value: 1, color: 'orange' }) }],
  ['lost_ring', LOSS],
  ['lost_queue', LOSS],
  ['flow_overflow', LOSS],
  ['ring_used', { min: 0, max: 100 }],
]);

/** Of a column of rows. What is only text or a measure looks as Grafana shows it. */
export function lookOfColumn(name: string): Look {
  return LOOKS.get(name) ?? {};
}

/** Of the series of one group. Groups without a colour of their own get one from the panel. */
export function lookOfGroup(groupBy: string, group: string): Look {
  const color = group === 'other' ? OTHER_COLOR : SERIES_COLORS.get(groupBy)?.get(group);
  return color === undefined ? {} : { color: { mode: FieldColorModeId.Fixed, fixedColor: color } };
}
