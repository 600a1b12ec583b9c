import { ILL, WELL } from '../testing/health';

import { checkHealth } from './health';
import { readHealth } from './healthReport';

const get = jest.fn();

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  getBackendSrv: () => ({ get }),
}));

beforeEach(() => {
  get.mockReset();
});

it('asks Grafana for the health of the data source, and raises no alert of its own', async () => {
  get.mockResolvedValue(WELL);
  await expect(checkHealth('a/b')).resolves.toEqual(readHealth(WELL));
  expect(get).toHaveBeenCalledWith('/api/datasources/uid/a%2Fb/health', undefined, undefined, {
    showErrorAlert: false,
  });
});

it('reads the findings that come with an error status', async () => {
  get.mockRejectedValue({ status: 400, config: { url: '' }, data: ILL });
  await expect(checkHealth('a')).resolves.toEqual(readHealth(ILL));
});

it.each([
  { status: 500, config: { url: '' }, data: { message: 'Plugin unavailable' } },
  { status: 502, config: { url: '' }, data: undefined },
  new Error('no network'),
])('fails where there are no findings', async (error) => {
  get.mockRejectedValue(error);
  await expect(checkHealth('a')).rejects.toBe(error);
});
