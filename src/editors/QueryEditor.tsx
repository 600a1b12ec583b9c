import type { QueryEditorProps } from '@grafana/data';
import { InlineFieldRow } from '@grafana/ui';
import { useCallback, useId, useRef } from 'react';

import type { XdpDataSource } from '../datasource/XdpDataSource';
import { isUsed } from '../query/kinds';
import { INTERVAL, LIMIT, ROWS_KEPT, type QueryKind, type XdpQuery } from '../query/model';
import type { XdpSettings } from '../settings/model';

import { ColumnsField } from './ColumnsField';
import { DirectionField } from './DirectionField';
import { FilterField } from './FilterField';
import { InterfaceField } from './InterfaceField';
import { KindField } from './KindField';
import { MeasureField } from './MeasureField';
import { useLoaded } from './useLoaded';
import { WholeNumberField } from './WholeNumberField';

type Props = QueryEditorProps<XdpDataSource, XdpQuery, XdpSettings>;

export function QueryEditor({ datasource, query, onChange, onRunQuery }: Props) {
  const id = useId();
  const kind = query.kind ?? 'packets';
  const interfaces = useLoaded(useCallback(() => datasource.listInterfaces(), [datasource]));
  const columns = useLoaded(useCallback(() => datasource.listColumns(kind), [datasource, kind]));
  /** Columns of one kind mean nothing to another; who comes back to a kind finds what was chosen for it. */
  const columnsByKind = useRef(new Map<QueryKind, string[] | undefined>());

  const apply = (change: Partial<XdpQuery>) => {
    const changed = { ...query, ...change };
    if (changed.filter === undefined) {
      delete changed.filter;
    }
    if (changed.columns === undefined) {
      delete changed.columns;
    }
    onChange(changed);
    onRunQuery();
  };

  return (
    <>
      <InlineFieldRow>
        <KindField
          value={kind}
          onChange={(chosen) => {
            columnsByKind.current.set(kind, query.columns);
            apply({ kind: chosen, columns: columnsByKind.current.get(chosen) });
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
        <DirectionField
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
            value={query.columns ?? []}
            columns={columns}
            onChange={(chosen) => {
              apply({ columns: chosen });
            }}
          />
        </InlineFieldRow>
      )}
      {isUsed(query, 'measure') && (
        <InlineFieldRow>
          <MeasureField
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
            range={LIMIT}
            value={query.limit}
            onCommit={(limit) => {
              apply({ limit });
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
      </InlineFieldRow>
    </>
  );
}
