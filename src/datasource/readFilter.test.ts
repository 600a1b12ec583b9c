import { setTemplateSrv, type TemplateSrv } from '@grafana/runtime';

import { testDataSource } from '../testing/dataSource';

/** A dashboard with the variable `$host`. */
function variable(value: string | string[]) {
  const replace = (text: string, _: unknown, format: (value: string | string[]) => string) =>
    text.replace('$host', () => format(value));
  setTemplateSrv({ replace } as unknown as TemplateSrv);
}

const fault = { column: 6, length: 6, word: 'nosuch', message: 'names of hosts are not looked up' };

it('asks with the values of variables in place, for the kind and the groups of the query', async () => {
  variable(['192.0.2.1', '192.0.2.2']);
  const filter = jest.fn(() => ({ canonical: '', meaning: 'packets of two hosts', terms: 4 }));
  const reading = await testDataSource({ filter }).readFilter('host ($host)', { kind: 'rates', groupBy: 'vlan' });
  expect(reading).toEqual({ state: 'meaning', meaning: 'packets of two hosts' });
  const asked = { filter: 'host (192.0.2.1 or 192.0.2.2)', kind: 'rates', groupBy: 'vlan' };
  expect(filter.mock.calls).toEqual([[asked]]);
});

it('says what a fault is in, with the values of variables', async () => {
  variable('nosuch');
  const reading = await testDataSource({ filter: () => ({ error: fault }) }).readFilter('host $host', {});
  expect(reading).toEqual({
    state: 'fault',
    text: 'host nosuch',
    fault,
    isInterpolated: true,
  });
});

it('does not ask where a variable cannot be put in', async () => {
  variable(['a or b', 'c']);
  const filter = jest.fn();
  const reading = await testDataSource({ filter }).readFilter('host $host', {});
  expect(reading).toEqual({ state: 'spoiled', reason: expect.stringContaining('"a or b" is not allowed') as string });
  expect(filter).not.toHaveBeenCalled();
});

it('shows no message of Grafana, which would cover the editor, where it cannot be asked', async () => {
  variable('');
  const dataSource = testDataSource();
  const post = jest.spyOn(dataSource, 'postResource');
  await dataSource.readFilter('tcp', {});
  expect(post.mock.calls[0]?.[2]).toEqual({ showErrorAlert: false });
});
