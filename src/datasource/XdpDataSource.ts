import {
  CoreApp,
  LoadingState,
  type DataQueryError,
  type DataQueryRequest,
  type DataQueryResponse,
  type MetricFindValue,
  type ScopedVars,
} from '@grafana/data';
import { DataSourceWithBackend, getTemplateSrv } from '@grafana/runtime';
import { map, of, switchMap, type Observable } from 'rxjs';

import { asLogLines, asTailed } from '../explore/logLines';
import { describeQuery } from '../query/describe';
import { filterFault, interpolateQuery } from '../query/interpolate';
import { withoutUnusedKeys } from '../query/kinds';
import { DEFAULT_QUERY, type QueryKind, type XdpQuery } from '../query/model';
import { seriesNames } from '../query/seriesNames';
import type { ColumnsResponse, RowColumn } from '../resources/columns';
import { defaultRouteFirst, type InterfacesResponse, type NetworkInterface } from '../resources/interfaces';
import type { XdpSettings } from '../settings/model';
import { followAnswer } from '../streaming/followAnswer';
import { grafanaLive } from '../streaming/grafanaLive';
import { withSeriesNames } from '../streaming/nameSeries';
import { endsNow } from '../streaming/rowBuffer';

/** What a query variable of a dashboard can list. */
const INTERFACES_VARIABLE = 'interfaces';

/** The editors of alert rules. */
const ALERTING: readonly string[] = [CoreApp.UnifiedAlerting, CoreApp.CloudAlerting];

export class XdpDataSource extends DataSourceWithBackend<XdpQuery, XdpSettings> {
  override getDefaultQuery(): Partial<XdpQuery> {
    return DEFAULT_QUERY;
  }

  override getQueryDisplayText(query: XdpQuery): string {
    return describeQuery(query);
  }

  override filterQuery(query: XdpQuery): boolean {
    return !query.hide;
  }

  override applyTemplateVariables(query: XdpQuery, scopedVars: ScopedVars): XdpQuery {
    return interpolateQuery(query, getTemplateSrv(), scopedVars);
  }

  /**
   * The back end answers with the rows it holds; where the range ends now, each answer goes on as a stream. A query that
   * a variable spoils is not sent, and its error stands beside the answers to the others. Explore's live tail is shown
   * lines.
   */
  override query(request: DataQueryRequest<XdpQuery>): Observable<DataQueryResponse> {
    const isTail = request.liveStreaming === true;
    const asked = request.targets.map(withoutUnusedKeys).map((query) => (isTail ? asTailed(query) : query));
    const errors = faultsOf({ ...request, targets: asked });
    const targets = asked.filter(({ refId }) => !errors.some((error) => error.refId === refId));
    const names = seriesNames(targets.map((query) => this.applyTemplateVariables(query, request.scopedVars)));
    return super.query({ ...request, targets }).pipe(
      map((answer) => withErrors(answer, errors)),
      switchMap((answer) => {
        const live = grafanaLive();
        return live !== undefined && endsNow(request.range) && !isForAlerting(request)
          ? followAnswer(answer, request, { live, dataSourceUid: this.uid }, names)
          : of(withSeriesNames(answer, names));
      }),
      map((response) => (isTail ? asLogLines(response) : response))
    );
  }

  async listInterfaces(): Promise<NetworkInterface[]> {
    const { interfaces } = await this.getResource<InterfacesResponse>('interfaces');
    return defaultRouteFirst(interfaces);
  }

  async listColumns(kind: QueryKind): Promise<RowColumn[]> {
    const { columns } = await this.getResource<ColumnsResponse>('columns', { kind });
    return columns;
  }

  /** A dashboard takes the first value of a variable nobody has set: the interface with the default route. */
  override async metricFindQuery(query: string): Promise<MetricFindValue[]> {
    const wanted = query.trim();
    if (wanted !== '' && wanted !== INTERFACES_VARIABLE) {
      throw new Error(
        `XDP Live cannot list "${wanted}" for a variable. Write "${INTERFACES_VARIABLE}", the one list there is.`
      );
    }
    const interfaces = await this.listInterfaces();
    return interfaces.map(({ name }) => ({ text: name, value: name }));
  }
}

function faultsOf({ targets, scopedVars }: DataQueryRequest<XdpQuery>): DataQueryError[] {
  return targets.flatMap(({ refId, filter }) => {
    const message = filter && filterFault(filter, getTemplateSrv(), scopedVars);
    return message ? [{ refId, message }] : [];
  });
}

/** The editor of an alert rule shows what the rule will see, which is never a stream. */
function isForAlerting({ app }: DataQueryRequest<XdpQuery>): boolean {
  return ALERTING.includes(app);
}

function withErrors(answer: DataQueryResponse, errors: DataQueryError[]): DataQueryResponse {
  return errors.length === 0
    ? answer
    : { ...answer, state: LoadingState.Error, errors: [...(answer.errors ?? []), ...errors] };
}
