import { createDataFrame, FieldType, type DataFrame } from '@grafana/data';

import { groupsOf, longRows, wideSeries } from './groupedRates';

const byProtocol = { key: 'protocol', measure: 'bits', top: 10 } as const;

type Row = [time: number, group: string | null, value: number | null];

function rowsFrame(rows: Row[], config = {}, measure = 'bits'): DataFrame {
  return createDataFrame({
    refId: 'A',
    fields: [
      { name: 'time', type: FieldType.time, values: rows.map(([time]) => time) },
      { name: 'group', type: FieldType.string, values: rows.map(([, group]) => group) },
      { name: measure, type: FieldType.number, config, values: rows.map(([, , value]) => value) },
    ],
  });
}

/** Times, and then each group with its values. */
function table({ fields }: DataFrame): unknown[] {
  return fields.map((field) => [field.labels?.protocol ?? field.name, ...(field.values as unknown[])]);
}

const wide = (rows: Row[], before: string[] = []) =>
  table(wideSeries(rowsFrame(rows), byProtocol, { groups: before }).frame);

it('makes one series a group', () => {
  const rows: Row[] = [
    [1_000, 'TCP', 8],
    [1_000, 'other', 1],
    [1_000, 'UDP', 0],
    [2_000, 'TCP', 16],
    [2_000, 'ARP', 2],
  ];
  expect(wide(rows)).toEqual([
    ['time', 1_000, 2_000],
    ['TCP', 8, 16],
    ['UDP', 0, null],
    ['ARP', null, 2],
    ['other', 1, null],
  ]);
});

it('calls each series by the measure, with its group as label, and keeps what is known of the measure', () => {
  const { frame } = wideSeries(rowsFrame([[1_000, 'TCP', 8]], { unit: 'Mbits', decimals: 1 }), byProtocol, {
    groups: [],
  });
  expect(frame).toMatchObject({
    refId: 'A',
    length: 1,
    fields: [
      { name: 'time', type: 'time' },
      { name: 'bits', type: 'number', labels: { protocol: 'TCP' }, config: { unit: 'Mbits', decimals: 1 } },
    ],
  });
});

it.each([
  ['packets', 'pps'],
  ['bits', 'bps'],
  ['size', 'decbytes'],
  ['utilisation', 'percent'],
] as const)('knows the unit of %s while the back end has not named it', (measure, unit) => {
  const { frame } = wideSeries(rowsFrame([[1_000, 'TCP', 8]]), { ...byProtocol, measure }, { groups: [] });
  expect(frame.fields[1]?.config.unit).toBe(unit);
});

it('keeps the order of groups that stay, appends new ones and keeps others last', () => {
  const later: Row[] = [
    [2_000, 'other', 1],
    [2_000, 'ICMP', 1],
    [2_000, 'UDP', 1],
    [2_000, 'TCP', 1],
  ];
  const before = { groups: ['TCP', 'ARP', 'UDP', 'other'], since: -58_000 };
  expect(wideSeries(rowsFrame(later), byProtocol, before).shown.groups).toEqual(['TCP', 'UDP', 'ICMP', 'other']);
});

describe('with more groups in the time range than a panel can show', () => {
  const rows: Row[] = [
    [1_000, 'A', 5],
    [1_000, 'B', 9],
    [1_000, 'other', 1],
    [2_000, 'B', 9],
    [2_000, 'C', 4],
    [3_000, 'D', 1],
    [3_000, 'other', 7],
  ];

  it('shows those at its end and the largest before, and counts the rest among the others', () => {
    expect(table(wideSeries(rowsFrame(rows), { ...byProtocol, top: 1 }, { groups: [] }).frame)).toEqual([
      ['time', 1_000, 2_000, 3_000],
      ['B', 9, 9, null],
      ['D', null, null, 1],
      ['other', 6, 4, 7],
    ]);
  });

  it('makes a group of the others where there was none', () => {
    const named = rows.filter(([, group]) => group !== 'other');
    const before = { groups: ['D', 'C'], since: -57_000 };
    const { frame, shown } = wideSeries(rowsFrame(named), { ...byProtocol, top: 1 }, before);
    expect(shown.groups).toEqual(['D', 'B', 'other']);
    expect(table(frame).at(-1)).toEqual(['other', 5, 4, null]);
  });

  it('leaves means out that cannot be added', () => {
    const { frame } = wideSeries(
      rowsFrame(rows, {}, 'size'),
      { key: 'protocol', measure: 'size', top: 1 },
      { groups: [] }
    );
    expect(table(frame).slice(1)).toEqual([
      ['B', 9, 9, null],
      ['D', null, null, 1],
      ['other', 1, null, 7],
    ]);
  });

  it.each([
    ['interface', [1, null, 7]],
    ['protocol', [6, 4, 7]],
  ])('adds percent of the speed of one link, and not of several: %s', (key, others) => {
    const grouping = { key, measure: 'utilisation' as const, top: 1 };
    const { frame } = wideSeries(rowsFrame(rows, {}, 'utilisation'), grouping, { groups: [] });
    expect(frame.fields.at(-1)).toMatchObject({ labels: { [key]: 'other' }, values: others });
  });
});

it('has only the times where there are no rows', () => {
  expect(wide([], ['TCP'])).toEqual([['time']]);
});

it('takes the later of two rows of one group and time, and puts times in order', () => {
  const rows: Row[] = [
    [2_000, 'TCP', 1],
    [1_000, 'TCP', 2],
    [2_000, 'TCP', 3],
  ];
  expect(wide(rows)).toEqual([
    ['time', 1_000, 2_000],
    ['TCP', 2, 3],
  ]);
});

it('takes a mean size that is not there for what it is, and rows without a group for those without the field', () => {
  expect(wide([[1_000, null, null]])).toEqual([
    ['time', 1_000],
    ['none', null],
  ]);
});

it('turns a history into the rows of its stream and back', () => {
  const history = createDataFrame({
    refId: 'A',
    name: 'history',
    meta: { custom: { channel: 'rates/1f' } },
    fields: [
      { name: 'time', type: FieldType.time, values: [1_000, 2_000] },
      {
        name: 'bits',
        type: FieldType.number,
        labels: { protocol: 'UDP' },
        config: { unit: 'bps', displayNameFromDS: 'UDP' },
        values: [null, 0],
      },
      {
        name: 'bits',
        type: FieldType.number,
        labels: { protocol: 'TCP' },
        config: { unit: 'bps', displayNameFromDS: 'TCP' },
        values: [8, 16],
      },
    ],
  });
  const rows = longRows(history, byProtocol);
  expect(rows).toMatchObject({ refId: 'A', name: 'history', meta: history.meta, length: 3 });
  expect(rows.fields.map(({ name, type, config, values }) => [name, type, config, values])).toEqual([
    ['time', 'time', {}, [1_000, 2_000, 2_000]],
    ['group', 'string', {}, ['TCP', 'UDP', 'TCP']],
    ['bits', 'number', { unit: 'bps' }, [8, 0, 16]],
  ]);
  const groups = groupsOf(history, byProtocol);
  expect(groups).toEqual(['UDP', 'TCP']);
  expect(table(wideSeries(rows, byProtocol, { groups }).frame)).toEqual(table(history));
});

it('makes of an empty history rows that a stream can go on with', () => {
  const history = createDataFrame({ fields: [{ name: 'time', type: FieldType.time, values: [] }] });
  expect(longRows(history, byProtocol).fields.map(({ name, type }) => [name, type])).toEqual([
    ['time', 'time'],
    ['group', 'string'],
    ['bits', 'number'],
  ]);
});
