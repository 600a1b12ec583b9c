import type { BackendSrv, BackendSrvRequest } from '@grafana/runtime';
import { defer, lastValueFrom } from 'rxjs';

import { INSTANCE } from '../../../src/testing/instance';
import { RESOURCES } from '../../../src/testing/resources';

const RESOURCES_URL = `/api/datasources/uid/${INSTANCE.uid}/resources/`;

/** Stands in for Grafana's server, as far as the editors ask it. */
export function testBackend(): BackendSrv {
  const fetch = ({ url, params, data }: BackendSrvRequest) =>
    defer(() => {
      const [path = ''] = url.split('?');
      const answer = path.startsWith(RESOURCES_URL) ? RESOURCES[path.slice(RESOURCES_URL.length)] : undefined;
      const parameters = (params ?? data) as Record<string, unknown> | undefined;
      return answer === undefined
        ? Promise.reject(notFound(url))
        : Promise.resolve({ data: answer(parameters), status: 200, ok: true });
    });
  const ask = async (request: BackendSrvRequest) => (await lastValueFrom(fetch(request))).data;
  return {
    fetch,
    get: (url: string, params?: unknown) => ask({ url, params: params as Record<string, unknown> }),
    post: (url: string, data?: unknown) => ask({ url, data }),
  } as unknown as BackendSrv;
}

function notFound(url: string): Error {
  return Object.assign(new Error(`${url}: not found`), { status: 404, data: { message: 'Not found' } });
}
