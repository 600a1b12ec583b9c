/* eslint-disable @typescript-eslint/no-deprecated -- what comes in its place is not in Grafana 12 */
import { DataSourceWithBackend, getDataSourceSrv } from '@grafana/runtime';

import { t } from '../locale/t';

/** A data source, for who has only its uid: Grafana knows at which address its back end is asked. */
export async function backendOf(dataSourceUid: string): Promise<DataSourceWithBackend> {
  const dataSource = await getDataSourceSrv().get({ uid: dataSourceUid });
  if (!(dataSource instanceof DataSourceWithBackend)) {
    throw new Error(t('backend.unknown', 'Grafana does not know the data source {{uid}}', { uid: dataSourceUid }));
  }
  return dataSource;
}
