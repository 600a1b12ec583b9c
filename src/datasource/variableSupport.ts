import {
  CustomVariableSupport,
  type DataQueryRequest,
  type DataQueryResponse,
  type MetricFindValue,
} from '@grafana/data';
import { from, map, type Observable } from 'rxjs';

import { VariableQueryEditor } from '../editors/VariableQueryEditor';
import type { XdpQuery } from '../query/model';
import {
  DEFAULT_VARIABLE_QUERY,
  migrateVariableQuery,
  readVariableQuery,
  type XdpVariableQuery,
} from '../query/variableQuery';
import { labelOfSeen } from '../resources/seen';
import type { XdpSettings } from '../settings/model';

import type { XdpDataSource } from './XdpDataSource';

/** Variables of a dashboard that list what this machine has, and what was seen on it. */
export class XdpVariableSupport extends CustomVariableSupport<XdpDataSource, XdpVariableQuery, XdpQuery, XdpSettings> {
  override editor = VariableQueryEditor;

  constructor(private readonly dataSource: XdpDataSource) {
    super();
  }

  override getDefaultQuery(): Partial<XdpVariableQuery> {
    return DEFAULT_VARIABLE_QUERY;
  }

  /** Grafana hands over what a dashboard has saved, also where that is a text alone. */
  override query({ targets: [saved], scopedVars }: DataQueryRequest<XdpVariableQuery>): Observable<DataQueryResponse> {
    return from(this.values(migrateVariableQuery(saved).query, scopedVars)).pipe(map((values) => ({ data: values })));
  }

  /** A dashboard takes the first value of a variable nobody has set: of interfaces, the one with the default route. */
  private async values(text: string, scopedVars: DataQueryRequest['scopedVars']): Promise<MetricFindValue[]> {
    const { list, interfaces } = readVariableQuery(text);
    if (list === 'interfaces') {
      const all = await this.dataSource.listInterfaces(interfaces, scopedVars);
      return all.map(({ name }) => ({ text: name, value: name }));
    }
    if (list === 'machines') {
      const all = await this.dataSource.listMachines();
      return all.map(({ name }) => ({ text: name, value: name }));
    }
    const seen = await this.dataSource.listSeen(list, interfaces, scopedVars);
    return seen.map((one) => ({ text: labelOfSeen(one), value: one.value }));
  }
}
