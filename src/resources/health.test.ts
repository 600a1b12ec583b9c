import type { HealthCheckResult } from '@grafana/runtime';

import { setBackend, testDataSource } from '../testing/dataSource';
import { ILL, WELL } from '../testing/health';

import { checkHealth } from './health';
import { readHealth } from './healthReport';

/** A back end that answers a health check like this; Grafana hands on what came in place of an answer. */
function answering(body: unknown): void {
  const dataSource = testDataSource();
  jest.spyOn(dataSource, 'callHealthCheck').mockResolvedValue(body as HealthCheckResult);
  setBackend(dataSource);
}

it.each([WELL, ILL])('reads what the back end of the data source finds', async (body) => {
  answering(body);
  await expect(checkHealth('uid-1')).resolves.toEqual(readHealth(body));
});

it.each([
  [{ message: 'Plugin unavailable' }, 'Plugin unavailable'],
  [undefined, 'there is no answer'],
  ['<html>', 'there is no answer'],
])('fails where %j came in place of findings', async (body, reason) => {
  answering(body);
  await expect(checkHealth('uid-1')).rejects.toThrow(reason);
});

it('fails for a data source that Grafana does not know', async () => {
  answering(WELL);
  await expect(checkHealth('another')).rejects.toThrow('Grafana does not know the data source another');
});
