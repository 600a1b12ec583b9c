import { FieldColorModeId, MappingType, ThresholdsMode, type FieldConfig, type ValueMapping } from '@grafana/data';

import { CAST_COLORS, DIRECTION_COLORS, PROTOCOL_COLORS, STATE_COLORS } from './colors';

/** How the values of a column look where a panel does not say otherwise. */
export interface Look extends Readonly<
  Pick<FieldConfig, 'decimals' | 'min' | 'max' | 'mappings' | 'thresholds' | 'color'>
> {
  /** What tables alone know of. */
  custom?: TableLook;
}

interface TableLook {
  cellOptions: { type: 'color-text' } | { type: 'color-background'; mode: 'basic' };
}

/**
 * Of all that Grafana has a colour for in both themes, these alone can be read as text on the panels of both (4.5:1). No
 * colour that is the same in both can.
 */
const READABLE: readonly string[] = ['blue', 'purple', 'semi-dark-green', 'red'];

/** Of protocols without one of their own. The panel's palette would give them those of TCP, UDP or ICMP. */
const COLORS_OF_OTHER_PROTOCOLS = ['#5f7f9f', '#7d8a2e', '#7a6a9a', '#a8577e', '#6f8f6f'] as const;

/** Of groups that are no value. What is in no group of its own is not to stand out. */
const COLORS_WITHOUT_VALUE: ReadonlyMap<string, string> = new Map([
  ['other', '#8e8e8e'],
  ['none', 'text'],
]);

/** Of a series, by what it is grouped by. */
const SERIES_COLORS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['protocol', new Map(Object.entries(PROTOCOL_COLORS))],
  ['direction', new Map(Object.entries(DIRECTION_COLORS))],
  ['cast', new Map(Object.entries(CAST_COLORS))],
]);

const WHOLE: Look = { decimals: 0 };

const COLORED_TEXT: TableLook = { cellOptions: { type: 'color-text' } };

/** Text in the colour that its value has; any other value looks like plain text. */
function textWith(mappings: ValueMapping[]): Look {
  return { mappings, color: { mode: FieldColorModeId.Fixed, fixedColor: 'text' }, custom: COLORED_TEXT };
}

/** A value whose colour could not be read is plain text. */
function coloredBy(colors: Readonly<Record<string, string>>): Look {
  const readable = Object.entries(colors).filter(([, color]) => READABLE.includes(color));
  const options = readable.map(([text, color], index) => [text, { color, index }] as const);
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

/** The part of a circle that stands for packets one way. */
function arc(direction: keyof typeof DIRECTION_COLORS): Look {
  return { color: { mode: FieldColorModeId.Fixed, fixedColor: DIRECTION_COLORS[direction] } };
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
    'arp_operation',
    'tcp_window',
    'ip_id',
    'tunnel_id',
    'retransmits',
    'resets',
    'zero_windows',
    'unanswered',
    'pid',
    'packets',
    'reverse_packets',
    'seen',
    'own',
    'streams',
    'matched',
    'delivered',
  ].map((name): [string, Look] => [name, WHOLE]),
  ['thinned', { ...WHOLE, ...warning({ value: 1, color: 'purple' }) }],
  ['lost_ring', LOSS],
  ['lost_queue', LOSS],
  ['lost_network', LOSS],
  ['flow_overflow', LOSS],
  ['ring_used', { min: 0, max: 100 }],
  // Parts of a circle in a graph of hosts.
  ['arc__sent', arc('out')],
  ['arc__received', arc('in')],
]);

/** Of a column of rows. What is only text or a measure looks as Grafana shows it. */
export function lookOfColumn(name: string): Look {
  return LOOKS.get(name) ?? {};
}

/** Of what a receiver has of each sender in a matrix: the more, the darker, over all receivers. */
export const MATRIX: Look = {
  min: 0,
  color: { mode: FieldColorModeId.ContinuousBlues },
  custom: { cellOptions: { type: 'color-background', mode: 'basic' } },
};

/** Of the series of one group. Groups without a colour of their own get one from the panel, but for protocols. */
export function lookOfGroup(groupBy: string, group: string): Look {
  const color =
    COLORS_WITHOUT_VALUE.get(group) ??
    SERIES_COLORS.get(groupBy)?.get(group) ??
    (groupBy === 'protocol' ? colorOfOtherProtocol(group) : undefined);
  return color === undefined ? {} : { color: { mode: FieldColorModeId.Fixed, fixedColor: color } };
}

/** The same in every panel, whatever other protocols there are. */
function colorOfOtherProtocol(name: string): string | undefined {
  const sum = Array.from(name, (letter) => letter.charCodeAt(0)).reduce((total, code) => total + code, 0);
  return COLORS_OF_OTHER_PROTOCOLS[sum % COLORS_OF_OTHER_PROTOCOLS.length];
}
