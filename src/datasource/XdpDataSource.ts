import {
  isDataFrame,
  LoadingState,
  SupplementaryQueryType,
  type AdHocVariableFilter,
  type CoreApp,
  type DataFrame,
  type DataQueryError,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceGetTagKeysOptions,
  type DataSourceGetTagValuesOptions,
  type DataSourceInstanceSettings,
  type DataSourceWithLogsContextSupport,
  type DataSourceWithSupplementaryQueriesSupport,
  type LogRowContextOptions,
  type LogRowModel,
  type MetricFindValue,
  type QueryFixAction,
  type ScopedVars,
  type SupplementaryQueryOptions,
} from '@grafana/data';
import { DataSourceWithBackend, getTemplateSrv, type GrafanaLiveSrv } from '@grafana/runtime';
import { createElement, type ReactNode } from 'react';
import { defer, firstValueFrom, map, of, switchMap, tap, type Observable } from 'rxjs';

import { ANNOTATIONS } from '../annotations/support';
import { readContext } from '../explore/readContext';
import { LineContextSource } from '../explore/LineContextSource';
import { logVolumeQuery, logVolumeRequest } from '../explore/logVolume';
import { ToldContext } from '../explore/toldContext';
import { HOST, hostPage, noHostPage } from '../fields/hostPage';
import type { Pages } from '../fields/links';
import { dashboardPage, explorePage, LIVE_PACKETS } from '../fields/packetsPage';
import { t } from '../locale/t';
import { isNarrowable, takesConditionOn, withAdHocFilters } from '../query/adHocFilters';
import { describeQuery } from '../query/describe';
import { charactersBefore, readingOf, type FilterReading } from '../query/filterReading';
import { expandFilter, filterFault } from '../query/filterVariables';
import { ANY_INTERFACE } from '../query/interfaceSets';
import { interpolateQuery } from '../query/interpolate';
import { isOfPackets } from '../query/kinds';
import { migrateQuery } from '../query/migrate';
import {
  DEFAULT_QUERY,
  DEFAULT_RULE_QUERY,
  type QueryKind,
  type WholeNumberRange,
  type XdpQuery,
} from '../query/model';
import { seriesNames } from '../query/seriesNames';
import { TAGS } from '../query/tags';
import { wellFormed } from '../query/wellFormed';
import type { ColumnsResponse, RowColumn } from '../resources/columns';
import { DashboardSearch } from '../resources/dashboards';
import type { FilterAnswer, FilterQuestion, FilterWord, FilterWordsResponse } from '../resources/filter';
import { defaultRouteFirst, type InterfacesResponse, type NetworkInterface } from '../resources/interfaces';
import type { Machine, MachinesResponse } from '../resources/machines';
import { labelOfSeen, type SeenResponse, type SeenValue, type SeenWhat } from '../resources/seen';
import type { SettingsResponse } from '../resources/settings';
import { limitRange } from '../settings/limitRange';
import type { XdpSettings } from '../settings/model';
import { reachesNow, upToNow } from '../streaming/bounds';
import { followAnswer } from '../streaming/followAnswer';
import { grafanaLive, withoutLive } from '../streaming/grafanaLive';
import type { LiveSource } from '../streaming/liveChannel';
import { withSeriesNames } from '../streaming/nameSeries';
import { Pause } from '../streaming/pause';
import { ServerClock } from '../streaming/serverClock';

import { isAlerting } from './apps';
import { askedFor } from './asked';
import { shower } from './shown';
import { XdpVariableSupport } from './variableSupport';

/** What the buttons of a cell ask for. */
const CELL_OPERATORS: ReadonlyMap<QueryFixAction['type'], string> = new Map([
  ['ADD_FILTER', '='],
  ['ADD_FILTER_OUT', '!='],
]);

export class XdpDataSource
  extends DataSourceWithBackend<XdpQuery, XdpSettings>
  implements DataSourceWithSupplementaryQueriesSupport<XdpQuery>, DataSourceWithLogsContextSupport<XdpQuery>
{
  override readonly variables = new XdpVariableSupport(this);
  override annotations = ANNOTATIONS;
  /** Where links from cells lead. */
  private pages: Pages;
  /** For the bundled dashboards, which somebody may not have imported yet. */
  private readonly packetsSearch = new DashboardSearch(LIVE_PACKETS);
  private readonly hostSearch = new DashboardSearch(HOST);
  /** Of the line that somebody looks at. */
  private readonly toldContext = new ToldContext();
  /** Whether alert rules and public dashboards may see packets. */
  readonly allowsPacketsToServices: boolean;
  /** Whether it has the packets of other machines, reached over NATS. */
  readonly hasOtherMachines: boolean;
  /** The ceiling of its own settings. */
  private readonly maxLimit: number | undefined;

  constructor(instanceSettings: DataSourceInstanceSettings<XdpSettings>) {
    super(instanceSettings);
    this.allowsPacketsToServices = instanceSettings.jsonData.allowPacketsToServices ?? false;
    this.maxLimit = instanceSettings.jsonData.maxLimit;
    this.hasOtherMachines = (instanceSettings.jsonData.natsServers ?? []).length > 0;
    this.pages = {
      packets: dashboardPage(this.uid, this.type),
      host: hostPage(this.uid),
      haveMachines: this.hasOtherMachines,
    };
  }

  override getDefaultQuery(app?: CoreApp): Partial<XdpQuery> {
    return isAlerting(app) ? DEFAULT_RULE_QUERY : DEFAULT_QUERY;
  }

  override getQueryDisplayText(query: XdpQuery): string {
    return describeQuery(migrateQuery(query));
  }

  override filterQuery(query: XdpQuery): boolean {
    return !query.hide;
  }

  override applyTemplateVariables(query: XdpQuery, scopedVars: ScopedVars, filters?: AdHocVariableFilter[]): XdpQuery {
    return withAdHocFilters(interpolateQuery(query, getTemplateSrv(), scopedVars), filters);
  }

  /**
   * The back end answers with the rows it holds; where the range reaches now, each answer goes on as a stream. The errors
   * of queries that are not sent stand beside the answers to the others.
   */
  override query(grafanas: DataQueryRequest<XdpQuery>): Observable<DataQueryResponse> {
    const asked = askedFor(grafanas, (query, scopedVars) => this.applyTemplateVariables(query, scopedVars));
    const { request, shownAs, errors } = asked;
    const names = seriesNames(shownAs);
    const pause = new Pause();
    const clock = new ServerClock();
    this.findPages();
    const answered = defer(() => {
      clock.ask();
      return super.query({ ...request, range: upToNow(request.range) });
    });
    return answered.pipe(
      tap((answer) => {
        clock.read(answer);
      }),
      map((answer) => withErrors(answer, errors)),
      switchMap((answer) => {
        // The editor of an alert rule shows what the rule will see, which is never a stream.
        if (!reachesNow(request.range) || isAlerting(request.app)) {
          return of(withSeriesNames(answer, names));
        }
        const live = grafanaLive(request.requestId);
        return live === undefined
          ? of(withoutLive(withSeriesNames(answer, names), request))
          : followAnswer(answer, { ...request, targets: shownAs }, this.liveSource(live, request), names, pause);
      }),
      map(shower(asked, () => this.pages, pause, clock))
    );
  }

  /** Explore's table adds a condition on a cell, as an ad hoc filter does on a dashboard. */
  override modifyQuery(query: XdpQuery, { type, options }: QueryFixAction): XdpQuery {
    const operator = CELL_OPERATORS.get(type);
    const { key, value } = options ?? {};
    // Grafana asks each query of Explore, whichever table the cell is in.
    return operator === undefined || key === undefined || value === undefined || !takesConditionOn(key, query)
      ? query
      : withAdHocFilters(migrateQuery(query), [{ key, operator, value }]);
  }

  getSupportedSupplementaryQueryTypes(): SupplementaryQueryType[] {
    return [SupplementaryQueryType.LogsVolume];
  }

  getSupplementaryRequest(
    type: SupplementaryQueryType,
    request: DataQueryRequest<XdpQuery>
  ): DataQueryRequest<XdpQuery> | undefined {
    return type === SupplementaryQueryType.LogsVolume ? logVolumeRequest(request) : undefined;
  }

  getSupplementaryQuery({ type }: SupplementaryQueryOptions, query: XdpQuery): XdpQuery | undefined {
    return type === SupplementaryQueryType.LogsVolume && isOfPackets(query) ? logVolumeQuery(query) : undefined;
  }

  /** What was seen on a line's interface before or after it, as far as it is kept. */
  getLogRowContext(row: LogRowModel, options?: LogRowContextOptions): Promise<DataQueryResponse> {
    return readContext(row, options, (request) => super.query(request), this.toldContext);
  }

  getLogRowContextUi({ uid }: LogRowModel): ReactNode {
    return createElement(LineContextSource, { told: this.toldContext, line: uid });
  }

  /** The interfaces of the machine that `chosen` stands for. None chosen: all that may be watched. */
  async listInterfaces(chosen: string[] = [], scopedVars: ScopedVars = {}): Promise<NetworkInterface[]> {
    const { interfaces } = await this.getResource<InterfacesResponse>('interfaces', chosenBy(chosen, scopedVars));
    return defaultRouteFirst(interfaces);
  }

  /** All machines that this data source has, by name. */
  async listMachines(): Promise<Machine[]> {
    const { machines } = await this.getResource<MachinesResponse>('machines');
    return machines;
  }

  async listColumns(kind: QueryKind): Promise<RowColumn[]> {
    const { columns } = await this.getResource<ColumnsResponse>('columns', { kind });
    return columns;
  }

  /**
   * What a filter means, or what is wrong with it, to a query of this kind; and what an editor shows of it, with the cursor
   * there. The query itself does not run.
   */
  async readFilter(
    filter: string,
    { kind, groupBy }: Pick<XdpQuery, 'kind' | 'groupBy'>,
    cursor?: number
  ): Promise<FilterReading> {
    const spoiled = filterFault(filter, getTemplateSrv(), {});
    const text = expandFilter(filter, getTemplateSrv(), {});
    const asked: FilterQuestion = {
      filter: text,
      kind,
      groupBy,
      typed: filter,
      ...(cursor !== undefined && { cursor: charactersBefore(filter, cursor) }),
    };
    const answer = await this.postResource<FilterAnswer>('filter', asked, { showErrorAlert: false });
    return readingOf(answer, { typed: filter, cursor, text, spoiled });
  }

  /** Rows a second that a query may ask for. */
  async readLimitRange(): Promise<WholeNumberRange> {
    const { settings } = await this.getResource<SettingsResponse>('settings', undefined, { showErrorAlert: false });
    return limitRange(settings.max_limit.value, this.maxLimit);
  }

  async listFilterWords(): Promise<FilterWord[]> {
    const { words } = await this.getResource<FilterWordsResponse>('filter/words', undefined, {
      showErrorAlert: false,
    });
    return words;
  }

  /** What was seen on interfaces, the most frequent first. None named: on all that may be watched. */
  async listSeen(what: SeenWhat, interfaces: string[], scopedVars: ScopedVars = {}): Promise<SeenValue[]> {
    const asked = { what, ...chosenBy(interfaces, scopedVars) };
    const { values } = await this.getResource<SeenResponse>('seen', asked, { showErrorAlert: false });
    return values;
  }

  /** Columns by whose cells packets can be chosen, as far as all queries know of them that can be narrowed. */
  override getTagKeys({ queries = [] }: Partial<DataSourceGetTagKeysOptions<XdpQuery>> = {}): Promise<
    MetricFindValue[]
  > {
    const narrowed = queries.map(wellFormed).filter(isNarrowable);
    const keys = TAGS.map(({ key }) => key).filter((key) => narrowed.every((query) => takesConditionOn(key, query)));
    return Promise.resolve(choices(keys));
  }

  /** What was seen on the interfaces that the queries ask for. */
  override async getTagValues({
    key,
    queries = [],
  }: DataSourceGetTagValuesOptions<XdpQuery>): Promise<MetricFindValue[]> {
    const values = TAGS.find((tag) => tag.key === key)?.values ?? [];
    if (!('seen' in values)) {
      return choices(values);
    }
    const asked = queries.map((query) => interfacesOf(query, {}));
    const isAnywhere = asked.some((interfaces) => interfaces.length === 0);
    return seenChoices(await this.listSeen(values.seen, isAnywhere ? [] : [...new Set(asked.flat())]));
  }

  /** Where the streams of a request come from, and what the back end still has of them when something is missing. */
  private liveSource(live: GrafanaLiveSrv, request: DataQueryRequest<XdpQuery>): LiveSource {
    return {
      live,
      dataSourceUid: this.uid,
      askAgain: async ({ path, query }) => {
        // As the back end wrote it: variables and ad hoc filters are in it already.
        const targets = [{ ...query, refId: 'missing' }];
        // Of two requests of one name Grafana cancels the first.
        const requestId = `${request.requestId}-${path}`;
        const asked = { ...request, requestId, targets, filters: [], scopedVars: {}, range: upToNow(request.range) };
        return answeredFrame(await firstValueFrom(super.query(asked)));
      },
    };
  }

  /** Nothing waits for it: a link is looked up when it is followed. */
  private findPages(): void {
    this.packetsSearch.look((isThere) => {
      const packets = isThere ? dashboardPage(this.uid, this.type) : explorePage(this.uid, this.type);
      this.pages = { ...this.pages, packets };
    });
    this.hostSearch.look((isThere) => {
      this.pages = { ...this.pages, host: isThere ? hostPage(this.uid) : noHostPage() };
    });
  }
}

/** The interfaces of a query, with the values of variables in place. */
function interfacesOf(query: XdpQuery, scopedVars: ScopedVars): string[] {
  return interpolateQuery(wellFormed(query), getTemplateSrv(), scopedVars).interfaces ?? [];
}

/** Interfaces as a resource of the back end takes them. None where all are meant that may be watched. */
function chosenBy(interfaces: string[], scopedVars: ScopedVars): { interface?: string[] } {
  const names = interfaces.length === 0 ? [] : interfacesOf({ refId: '', interfaces }, scopedVars);
  const isEverything = names.every((name) => name === ANY_INTERFACE);
  return isEverything ? {} : { interface: names };
}

function choices(values: readonly string[]): MetricFindValue[] {
  return values.map((value) => ({ text: value, value }));
}

function seenChoices(seen: readonly SeenValue[]): MetricFindValue[] {
  return seen.map((one) => ({ text: labelOfSeen(one), value: one.value }));
}

/** The frame of an answer to one query. Grafana hands over a refusal as an answer. */
function answeredFrame({ data, errors, ...answer }: DataQueryResponse): DataFrame | undefined {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- of a whole call that is refused there is nothing else
  const refused = errors?.[0] ?? answer.error;
  if (refused !== undefined) {
    throw new Error(refused.message ?? t('live.unknown-error', 'unknown error'));
  }
  return data.find(isDataFrame);
}

function withErrors(answer: DataQueryResponse, errors: DataQueryError[]): DataQueryResponse {
  return errors.length === 0
    ? answer
    : { ...answer, state: LoadingState.Error, errors: [...(answer.errors ?? []), ...errors] };
}
