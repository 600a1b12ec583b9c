import type { BackendSrv, BackendSrvRequest } from '@grafana/runtime';
import { defer, lastValueFrom } from 'rxjs';

import type { FilterAnswer } from '../../../src/resources/filter';
import { INSTANCE } from '../../../src/testing/instance';
import { RESOURCES, type Resource } from '../../../src/testing/resources';

const RESOURCES_URL = `/api/datasources/uid/${INSTANCE.uid}/resources/`;

/** A word that no filter knows. */
const WRONG = 'prot';

function readFilter({ filter }: Record<string, unknown> = {}): FilterAnswer {
  const at = String(filter).search(new RegExp(`\\b${WRONG}\\b`));
  return at === -1
    ? { canonical: '', meaning: 'packets of the test', terms: 1 }
    : { error: { column: at + 1, length: WRONG.length, word: WRONG, message: `"${WRONG}" is no word of a filter.` } };
}

const answers: Record<string, Resource> = { ...RESOURCES, filter: readFilter };

/** Stands in for Grafana's server, as far as the editors ask it. */
export function testBackend(): BackendSrv {
  const fetch = ({ url, params, data }: BackendSrvRequest) =>
    defer(() => {
      const [path = ''] = url.split('?');
      const answer = path.startsWith(RESOURCES_URL) ? answers[path.slice(RESOURCES_URL.length)] : undefined;
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
