import { setTemplateSrv, type TemplateSrv } from '@grafana/runtime';

import { testDataSource } from '../testing/dataSource';

/** A dashboard with the variable `$host`. */
function variable(value: string | string[]) {
  const replace = (text: string, _: unknown, format: (value: string | string[]) => string) =>
    text.replace('$host', () => format(value));
  setTemplateSrv({ replace } as unknown as TemplateSrv);
}

const fault = { column: 6, length: 6, word: 'nosuch', message: 'names of hosts are not looked up' };
const SHAPE = {
  tokens: [{ start: 0, length: 4, class: 'keyword' }],
  expected: null,
  conditions: { beyond: 'it is a test' },
};

it('asks with the values of variables in place and with the text as it was typed, for the kind and the groups of the query', async () => {
  variable(['192.0.2.1', '192.0.2.2']);
  const filter = jest.fn(() => ({ canonical: '', meaning: 'packets of two hosts', terms: 4, ...SHAPE }));
  const reading = await testDataSource({ filter }).readFilter('host $host', { kind: 'rates', groupBy: 'vlan' });
  expect(reading).toEqual({
    typed: 'host $host',
    verdict: { state: 'meaning', meaning: 'packets of two hosts' },
    tokens: [{ start: 0, end: 4, class: 'keyword' }],
    conditions: SHAPE.conditions,
  });
  const asked = { filter: 'host {192.0.2.1,192.0.2.2}', typed: 'host $host', kind: 'rates', groupBy: 'vlan' };
  expect(filter.mock.calls).toEqual([[asked]]);
});

it('asks with the cursor, in characters', async () => {
  variable('');
  const filter = jest.fn(() => ({ canonical: '', meaning: '', terms: 1, ...SHAPE }));
  await testDataSource({ filter }).readFilter('𝄞 tcp', {}, 6);
  expect(filter.mock.calls).toEqual([[{ filter: '𝄞 tcp', typed: '𝄞 tcp', cursor: 5 }]]);
});

it('says what a fault is in, with the values of variables', async () => {
  variable('nosuch');
  const reading = await testDataSource({ filter: () => ({ error: fault, ...SHAPE }) }).readFilter('host $host', {});
  expect(reading.verdict).toEqual({ state: 'fault', text: 'host nosuch', fault, isInterpolated: true });
});

it('says why a variable cannot be put in, and shows the text all the same', async () => {
  variable(['a or b', 'c']);
  const filter = jest.fn(() => ({ error: fault, ...SHAPE }));
  const { verdict, tokens } = await testDataSource({ filter }).readFilter('host $host', {});
  expect(verdict).toEqual({ state: 'spoiled', reason: expect.stringContaining('"a or b" is not allowed') as string });
  expect(tokens).toEqual([{ start: 0, end: 4, class: 'keyword' }]);
  expect(filter.mock.calls).toEqual([[{ filter: 'host $host', typed: 'host $host' }]]);
});

it('shows no message of Grafana, which would cover the editor, where it cannot be asked', async () => {
  variable('');
  const dataSource = testDataSource();
  const post = jest.spyOn(dataSource, 'postResource');
  await dataSource.readFilter('tcp', {});
  expect(post.mock.calls[0]?.[2]).toEqual({ showErrorAlert: false });
});
