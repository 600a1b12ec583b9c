import { t } from '../locale/t';

import { backendOf } from './backend';
import { readHealth, type HealthReport } from './healthReport';

/** Has the back end look at its machine. A check that finds something answers with an error status and the same body. */
export async function checkHealth(dataSourceUid: string): Promise<HealthReport> {
  const backend = await backendOf(dataSourceUid);
  // Where there is no answer, Grafana gives what came in its place, or nothing.
  const body: unknown = await backend.callHealthCheck();
  if (!isHealth(body)) {
    throw new Error(messageOf(body) ?? t('health.no-answer', 'there is no answer'));
  }
  return readHealth(body);
}

/** Where the back end could not be asked, there is a message alone. */
function isHealth(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'details' in body;
}

function messageOf(body: unknown): string | undefined {
  const isTold = typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string';
  return isTold ? (body.message as string) : undefined;
}
