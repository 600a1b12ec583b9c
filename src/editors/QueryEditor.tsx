import type { QueryEditorProps } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { Alert, InlineFieldRow } from '@grafana/ui';
import { useCallback, useEffect, useId, useMemo, useRef } from 'react';

import type { XdpDataSource } from '../datasource/XdpDataSource';
import { changedQuery, NOTHING_SET_ASIDE } from '../query/changedQuery';
import { interpolateQuery } from '../query/interpolate';
import { isOfCounts, isOfFlows, isUsed } from '../query/kinds';
import { isOfLaterVersion, migrateQuery } from '../query/migrate';
import { INTERVAL, LIMIT, ROWS_KEPT, TOP, type XdpQuery } from '../query/model';
import { wellFormed } from '../query/wellFormed';
import type { XdpSettings } from '../settings/model';

import { ChoiceField } from './ChoiceField';
import { DIRECTIONS, KIND_CHOICES, MEASURES, SINCES } from './choices';
import { ColumnsField } from './ColumnsField';
import { FilterField } from './FilterField';
import { GroupByField } from './GroupByField';
import { InterfaceField } from './InterfaceField';
import { PcapngLink } from './PcapngLink';
import { useLoaded } from './useLoaded';
import { useSavedKind } from './useSavedKind';
import { useVocabulary } from './useVocabulary';
import { WholeNumberField } from './WholeNumberField';

type Props = QueryEditorProps<XdpDataSource, XdpQuery, XdpSettings>;

export function QueryEditor({ app, datasource, query: saved, queries, data, onChange, onRunQuery }: Props) {
  const id = useId();
  useSavedKind({ app, query: saved, queries, onChange });
  const asked = useMemo(() => migrateQuery(saved), [saved]);
  const query = useMemo(() => showable(asked), [asked]);
  const kind = query.kind ?? 'packets';
  const interfaces = useLoaded(useCallback(() => datasource.listInterfaces(), [datasource]));
  const columns = useLoaded(useCallback(() => datasource.listColumns(kind), [datasource, kind]));
  const limits = useLoaded(useCallback(() => datasource.readLimitRange(), [datasource]));
  const { vocabulary, refresh } = useVocabulary(datasource, interfaces, query.interfaces ?? []);
  // A filter is read for the query as it is asked.
  const { groupBy } = interpolateQuery(query, getTemplateSrv(), {});
  const readFilter = useCallback(
    (filter: string) => datasource.readFilter(filter, { kind, groupBy }),
    [datasource, kind, groupBy]
  );
  const aside = useRef(NOTHING_SET_ASIDE);

  /** A picker may tell of one choice more than once, before the query that it makes is here. */
  const applied = useRef<string>();
  const apply = (change: Partial<XdpQuery>) => {
    const { changed, aside: left } = changedQuery(asked, change, aside.current);
    const written = JSON.stringify(changed);
    if (written !== JSON.stringify(asked) && written !== applied.current) {
      applied.current = written;
      aside.current = left;
      onChange(changed);
      onRunQuery();
    }
  };
  useEffect(() => {
    applied.current = undefined;
  }, [saved]);

  return (
    <>
      {isOfLaterVersion(query) && (
        <Alert severity="warning" title="This query was saved by a later version of XDP Live">
          What this version does not know of it is left as it is. To change it safely, update the plugin.
        </Alert>
      )}
      <InlineFieldRow>
        <ChoiceField
          label="Show"
          choices={KIND_CHOICES}
          value={kind}
          onChange={(chosen) => {
            apply({ kind: chosen });
          }}
        />
      </InlineFieldRow>
      <InlineFieldRow>
        <InterfaceField
          id={`${id}-interfaces`}
          value={query.interfaces ?? []}
          interfaces={interfaces}
          onChange={(chosen) => {
            apply({ interfaces: chosen });
          }}
        />
        <ChoiceField
          label="Direction"
          choices={DIRECTIONS}
          value={query.direction ?? 'both'}
          onChange={(direction) => {
            apply({ direction });
          }}
        />
      </InlineFieldRow>
      {isUsed(query, 'filter') && (
        <InlineFieldRow>
          <FilterField
            id={`${id}-filter`}
            value={query.filter ?? ''}
            isOfFlows={isOfFlows(query)}
            vocabulary={vocabulary}
            read={readFilter}
            onFocus={refresh}
            onCommit={(filter) => {
              apply({ filter });
            }}
          />
        </InlineFieldRow>
      )}
      {isUsed(query, 'columns') && (
        <InlineFieldRow>
          <ColumnsField
            id={`${id}-columns`}
            isOfRates={kind === 'rates'}
            value={query.columns ?? []}
            columns={columns}
            onChange={(chosen) => {
              apply({ columns: chosen });
            }}
          />
        </InlineFieldRow>
      )}
      {isUsed(query, 'groupBy') && (
        <InlineFieldRow>
          <GroupByField
            id={`${id}-group-by`}
            value={query.groupBy}
            onChange={(groupBy) => {
              apply({ groupBy });
            }}
          />
        </InlineFieldRow>
      )}
      {isUsed(query, 'since') && (
        <InlineFieldRow>
          <ChoiceField
            label="Since"
            choices={SINCES}
            value={query.since ?? 'interval'}
            onChange={(since) => {
              apply({ since });
            }}
          />
        </InlineFieldRow>
      )}
      {isUsed(query, 'measure') && !isOfCounts(query) && (
        <InlineFieldRow>
          <ChoiceField
            label="Measure"
            choices={MEASURES}
            value={query.measure ?? 'packets'}
            onChange={(measure) => {
              apply({ measure });
            }}
          />
        </InlineFieldRow>
      )}
      <InlineFieldRow>
        {isUsed(query, 'limit') && (
          <WholeNumberField
            id={`${id}-limit`}
            label="Rows per second"
            tooltip="Where more packets come, they are thinned in the kernel; the first packet of each flow goes before its followers."
            testId="xdplive-query-limit"
            range={limits.state === 'loaded' ? limits.value : LIMIT}
            value={query.limit}
            onCommit={(limit) => {
              apply({ limit });
            }}
          />
        )}
        {isUsed(query, 'top') && (
          <WholeNumberField
            id={`${id}-top`}
            label="Top"
            tooltip="How many are shown one by one, the largest first."
            testId="xdplive-query-top"
            range={TOP}
            value={query.top}
            onCommit={(top) => {
              apply({ top });
            }}
          />
        )}
        {isUsed(query, 'interval') && (
          <WholeNumberField
            id={`${id}-interval`}
            label="Interval"
            tooltip="Time between two points. Panels with the same interval share one stream."
            testId="xdplive-query-interval"
            unit="ms"
            range={INTERVAL}
            value={query.interval}
            onCommit={(interval) => {
              apply({ interval });
            }}
          />
        )}
        {isUsed(query, 'rowsKept') && (
          <WholeNumberField
            id={`${id}-rows-kept`}
            label="Rows kept"
            tooltip="The newest rows that this panel holds. Older ones go, as do those before the dashboard's time range."
            testId="xdplive-query-rows-kept"
            range={ROWS_KEPT}
            value={query.rowsKept}
            onCommit={(rowsKept) => {
              apply({ rowsKept });
            }}
          />
        )}
      </InlineFieldRow>
      {kind === 'packets' && (
        <PcapngLink
          dataSourceUid={datasource.uid}
          query={query}
          adHocFilters={data?.request?.filters}
          scopedVars={data?.request?.scopedVars}
        />
      )}
    </>
  );
}

/** The query with lists and texts alone where fields need them. Of choices and numbers a field shows what it can. */
function showable(query: XdpQuery): XdpQuery {
  const { interfaces, columns, filter } = wellFormed(query);
  return { ...query, interfaces, columns, filter };
}
