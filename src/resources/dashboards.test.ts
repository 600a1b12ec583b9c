import { setBackendSrv, type BackendSrv } from '@grafana/runtime';

import { DashboardSearch } from './dashboards';

const found = jest.fn<Promise<unknown[]>, [string, unknown]>();

beforeEach(() => {
  jest.useFakeTimers();
  found.mockReset();
  setBackendSrv({ get: found } as unknown as BackendSrv);
});

afterEach(() => {
  jest.useRealTimers();
});

/** Looks at each of these times, in seconds from the first; what was told, by then. */
async function told(times: number[]): Promise<boolean[]> {
  const search = new DashboardSearch('uid-1');
  const answers: boolean[] = [];
  const begin = Date.now();
  for (const time of times) {
    jest.setSystemTime(begin + time * 1_000);
    search.look((isThere) => answers.push(isThere));
    await jest.advanceTimersByTimeAsync(0);
  }
  return answers;
}

it('asks for one dashboard, by its uid', async () => {
  found.mockResolvedValue([{}]);
  await told([0]);
  expect(found.mock.calls.map(([path, parameters]) => [path, parameters])).toEqual([
    ['/api/search', { type: 'dash-db', dashboardUIDs: 'uid-1', limit: 1 }],
  ]);
});

it('asks once a minute while it is not there, however often it is called', async () => {
  found.mockResolvedValue([]);
  expect(await told([0, 0, 1, 30, 59, 60, 61, 119, 120])).toEqual([false, false, false]);
  expect(found).toHaveBeenCalledTimes(3);
});

it('asks no more once it is there, or Grafana does not say', async () => {
  found.mockResolvedValueOnce([]).mockResolvedValueOnce([{}]);
  expect(await told([0, 60, 120, 240])).toEqual([false, true]);
  expect(found).toHaveBeenCalledTimes(2);
  found.mockReset();
  found.mockRejectedValueOnce(new Error('403'));
  expect(await told([0, 60])).toEqual([true]);
  expect(found).toHaveBeenCalledTimes(1);
});

it('does not ask again while an answer is on its way', () => {
  found.mockReturnValue(new Promise(() => undefined));
  const search = new DashboardSearch('uid-1');
  search.look(() => undefined);
  search.look(() => undefined);
  expect(found).toHaveBeenCalledTimes(1);
});
