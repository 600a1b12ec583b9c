import { setDataSourceSrv, type DataSourceSrv } from '@grafana/runtime';

import { XdpDataSource } from '../datasource/XdpDataSource';

import type { XdpSettings } from '../settings/model';

import { INSTANCE } from './instance';
import { RESOURCES, type Resource } from './resources';

/** A data source whose back end answers from {@link RESOURCES}. */
export function testDataSource(resources: Record<string, Resource> = {}, jsonData: XdpSettings = {}): XdpDataSource {
  const answers = { ...RESOURCES, ...resources };
  const dataSource = new XdpDataSource({ ...INSTANCE, jsonData });
  const answer = (path: string, parameters?: Record<string, unknown>) =>
    Promise.resolve().then(() => answers[path]?.(parameters));
  jest.spyOn(dataSource, 'getResource').mockImplementation(answer);
  jest
    .spyOn(dataSource, 'postResource')
    .mockImplementation((path, body) => answer(path, body as Record<string, unknown>));
  return dataSource;
}

/** Has Grafana know this data source, and no other. */
export function setBackend(dataSource: XdpDataSource): void {
  const get = ({ uid }: { uid: string }) => Promise.resolve(uid === dataSource.uid ? dataSource : undefined);
  setDataSourceSrv({ get } as unknown as DataSourceSrv);
}
