import { getBackendSrv, isFetchError } from '@grafana/runtime';

import { readHealth, type HealthReport } from './healthReport';

/** Has the back end look at its machine. A check that finds something answers with an error status and the same body. */
export async function checkHealth(dataSourceUid: string): Promise<HealthReport> {
  const url = `/api/datasources/uid/${encodeURIComponent(dataSourceUid)}/health`;
  try {
    return readHealth(await getBackendSrv().get<unknown>(url, undefined, undefined, { showErrorAlert: false }));
  } catch (error) {
    if (isFetchError<unknown>(error) && isHealth(error.data)) {
      return readHealth(error.data);
    }
    throw error;
  }
}

/** Where the back end could not be asked, there is a message alone. */
function isHealth(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'details' in body;
}
