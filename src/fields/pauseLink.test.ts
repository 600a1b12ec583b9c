import {
  applyFieldOverrides,
  compareDataFrameStructures,
  createDataFrame,
  createTheme,
  FieldType,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  type DataFrame,
} from '@grafana/data';

import type { XdpQuery } from '../query/model';
import { Pause } from '../streaming/pause';

import { dresser } from './dressed';
import type { Scope } from './packetsPage';

const page = (filter: string, { interfaces }: Scope) => `/page?${interfaces.join('+')}&${filter}`;

const packets = createDataFrame({
  refId: 'A',
  fields: [
    { name: 'time', type: FieldType.time, values: [1, 2] },
    { name: 'length', type: FieldType.number, values: [60, 42] },
    { name: 'source_ip', type: FieldType.string, values: ['192.0.2.1', null] },
  ],
});

const series = (...groups: string[]) =>
  createDataFrame({
    refId: 'A',
    fields: [
      { name: 'time', type: FieldType.time, values: [1_000] },
      ...groups.map((group) => ({ name: 'bits', type: FieldType.number, labels: { protocol: group }, values: [8] })),
    ],
  });

/** The pause of a panel whose stream had so many rows since. */
function pauseWith(newRows = 0): Pause {
  const pause = new Pause();
  pause.follow(() => newRows);
  return pause;
}

function shower(query: Partial<XdpQuery>, pause: Pause) {
  const dressed = dresser(
    [{ refId: 'A', ...query }],
    () => ({ packets: page, host: () => '', haveMachines: false }),
    pause
  );
  return (frame: DataFrame) => dressed({ data: [frame] }).data[0] as DataFrame;
}

const titles = ({ fields }: DataFrame) => fields.map(({ config }) => config.links?.map(({ title }) => title) ?? []);

it('is on the times of a table, alone', () => {
  expect(titles(shower({}, pauseWith())(packets))[0]).toEqual(['Pause this panel']);
  expect(titles(shower({}, pauseWith())(packets))[1]).toEqual([]);
});

it('is on each series of a graph, behind what leads to its packets', () => {
  expect(titles(shower({ kind: 'rates', groupBy: 'protocol' }, pauseWith())(series('TCP', 'other')))).toEqual([
    ['Pause this panel'],
    ['Packets of this protocol: TCP', 'Pause this panel'],
    ['Pause this panel'],
  ]);
  expect(titles(shower({ kind: 'rates', filter: 'tcp' }, pauseWith())(series('')))[1]).toEqual([
    'Packets behind this rate',
    'Pause this panel',
  ]);
});

it('is nowhere where nothing streams', () => {
  expect(titles(shower({}, new Pause())(packets))[0]).toEqual([]);
});

it('tells how much waits, by a title that makes no other field', () => {
  const pause = pauseWith(1_234);
  const show = shower({}, pause);
  const before = show(packets);
  pause.toggle();
  const after = show(packets);
  expect(titles(after)[0]).toEqual(['Go on (1,234 new rows)']);
  expect(compareDataFrameStructures(before, after)).toBe(true);
});

it('pauses and goes on when Grafana has it clicked, and follows no address', () => {
  standardEditorsRegistry.setInit(() => []);
  standardFieldConfigEditorRegistry.setInit(() => []);
  const pause = pauseWith();
  const [inPanel] = applyFieldOverrides({
    data: [shower({}, pause)(packets)],
    fieldConfig: { defaults: {}, overrides: [] },
    fieldConfigRegistry: standardFieldConfigEditorRegistry,
    replaceVariables: (text) => text,
    theme: createTheme(),
  });
  const click = () => {
    const [link] = inPanel?.fields[0]?.getLinks?.({ valueRowIndex: 0 }) ?? [];
    const event = { preventDefault: jest.fn() };
    link?.onClick?.(event);
    return { prevented: event.preventDefault.mock.calls.length, since: pause.since };
  };
  expect(click()).toEqual({ prevented: 1, since: expect.any(Number) as number });
  expect(click()).toEqual({ prevented: 1, since: undefined });
});
