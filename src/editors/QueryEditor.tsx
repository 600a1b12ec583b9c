import type { QueryEditorProps } from '@grafana/data';
import { Trans } from '@grafana/i18n';
import { EditorRow } from '@grafana/plugin-ui';
import { getTemplateSrv } from '@grafana/runtime';
import { Alert, Stack } from '@grafana/ui';
import { useCallback, useEffect, useId, useMemo, useRef } from 'react';

import { isAlerting } from '../datasource/apps';
import type { XdpDataSource } from '../datasource/XdpDataSource';
import { t } from '../locale/t';
import { changedQuery, NOTHING_SET_ASIDE } from '../query/changedQuery';
import { interpolateQuery } from '../query/interpolate';
import { isOfCounts, isOfFlows, isUsed } from '../query/kinds';
import { isOfLaterVersion, migrateQuery } from '../query/migrate';
import { LIMIT, type XdpQuery } from '../query/model';
import { withDefaults } from '../query/newQuery';
import { wellFormed } from '../query/wellFormed';
import type { NetworkInterface } from '../resources/interfaces';
import type { XdpSettings } from '../settings/model';

import { ChoiceField } from './ChoiceField';
import { decapsulateChoices, directionChoices, formatChoices, kindChoices, sinceChoices } from './choices';
import { ColumnsField } from './ColumnsField';
import { FilterField } from './FilterField';
import { GroupByField } from './GroupByField';
import { HostField } from './HostField';
import { InterfaceField } from './InterfaceField';
import { MeasureField } from './MeasureField';
import { NumberFields } from './NumberFields';
import { PcapngLink } from './PcapngLink';
import { RuleHint } from './RuleHint';
import { useLoaded, type Loaded } from './useLoaded';
import { useSavedKind } from './useSavedKind';
import { useVocabulary } from './useVocabulary';

type Props = QueryEditorProps<XdpDataSource, XdpQuery, XdpSettings>;

export function QueryEditor({ app, datasource, query: saved, queries, data, onChange, onRunQuery }: Props) {
  const id = useId();
  useSavedKind({ app, query: saved, queries, onChange });
  const asked = useMemo(
    () => migrateQuery(withDefaults(saved, datasource.getDefaultQuery(app))),
    [saved, datasource, app]
  );
  const query = useMemo(() => showable(asked), [asked]);
  const kind = query.kind ?? 'packets';
  const interfaces = useLoaded(useCallback(() => datasource.listInterfaces(), [datasource]));
  const machines = useLoaded(
    useCallback(() => (datasource.hasOtherMachines ? datasource.listMachines() : Promise.resolve([])), [datasource])
  );
  const columns = useLoaded(useCallback(() => datasource.listColumns(kind), [datasource, kind]));
  const limits = useLoaded(useCallback(() => datasource.readLimitRange(), [datasource]));
  const { vocabulary, refresh } = useVocabulary(datasource, interfaces, query.interfaces ?? []);
  // A filter is read for the query as it is asked.
  const { groupBy } = interpolateQuery(query, getTemplateSrv(), {});
  const readFilter = useCallback(
    (filter: string, cursor?: number) => datasource.readFilter(filter, { kind, groupBy }, cursor),
    [datasource, kind, groupBy]
  );
  const aside = useRef(NOTHING_SET_ASIDE);

  /** A picker may tell of one choice more than once, before the query that it makes is here. */
  const applied = useRef<string>(undefined);
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
    // plugin-ui's EditorRows would wrap rows into further columns, and reckon their heights for that.
    <Stack direction="column" gap={0.5}>
      {isOfLaterVersion(query) && (
        <Alert
          severity="warning"
          title={t('query-editor.later-version.title', 'This query was saved by a later version of XDP Live')}
        >
          <Trans i18nKey="query-editor.later-version.text">
            What this version does not know of it is left as it is. To change it safely, update the plugin.
          </Trans>
        </Alert>
      )}
      {isAlerting(app) && <RuleHint query={query} isAllowed={datasource.allowsPacketsToServices} />}
      <EditorRow>
        <ChoiceField
          label={t('query-editor.show', 'Show')}
          choices={kindChoices()}
          value={kind}
          onChange={(chosen) => {
            apply({ kind: chosen });
          }}
        />
        {(datasource.hasOtherMachines || query.hosts !== undefined) && (
          <HostField
            id={`${id}-hosts`}
            value={query.hosts ?? []}
            machines={machines}
            onChange={(chosen) => {
              apply({ hosts: chosen.length === 0 ? undefined : chosen });
            }}
          />
        )}
        <InterfaceField
          id={`${id}-interfaces`}
          tooltip={t(
            'query-editor.interface.tooltip',
            'Network interfaces of the machine that Grafana runs on. None: the one with the default route. A name that is not in the list, a pattern such as eth* or !veth*, or a variable such as $interface, can be typed.'
          )}
          placeholder={defaultRoute(interfaces)}
          value={query.interfaces ?? []}
          interfaces={interfaces}
          onChange={(chosen) => {
            apply({ interfaces: chosen });
          }}
        />
        {isUsed(query, 'direction') && (
          <ChoiceField
            label={t('query-editor.direction', 'Direction')}
            choices={directionChoices()}
            value={query.direction ?? 'both'}
            onChange={(direction) => {
              apply({ direction });
            }}
          />
        )}
        {isUsed(query, 'decapsulate') && (
          <ChoiceField
            label={t('query-editor.decapsulate.label', 'Decapsulate')}
            tooltip={t(
              'query-editor.decapsulate.tooltip',
              'Where a packet carries another, in VXLAN, Geneve, GRE, IP, MPLS, PPPoE or GTP-U: whose addresses, ports and other headers are shown, filtered by and grouped by. Bytes and bits are always those of the frame on the wire.'
            )}
            choices={decapsulateChoices()}
            value={query.decapsulate ?? 'none'}
            onChange={(chosen) => {
              apply({ decapsulate: chosen === 'none' ? undefined : chosen });
            }}
          />
        )}
      </EditorRow>
      {isUsed(query, 'filter') && (
        <EditorRow>
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
        </EditorRow>
      )}
      {isUsed(query, 'columns') && (
        <EditorRow>
          <ColumnsField
            id={`${id}-columns`}
            isOfRates={kind === 'rates'}
            value={query.columns ?? []}
            columns={columns}
            onChange={(chosen) => {
              apply({ columns: chosen });
            }}
          />
        </EditorRow>
      )}
      <EditorRow>
        {isUsed(query, 'groupBy') && (
          <GroupByField
            id={`${id}-group-by`}
            value={query.groupBy}
            kind={kind}
            decapsulate={query.decapsulate}
            onChange={(groupBy) => {
              apply({ groupBy });
            }}
          />
        )}
        {isUsed(query, 'format') && (
          <ChoiceField
            label={t('query-editor.format', 'Format')}
            choices={formatChoices(query.kind)}
            value={query.format ?? 'table'}
            onChange={(format) => {
              apply({ format });
            }}
          />
        )}
        {isUsed(query, 'since') && (
          <ChoiceField
            label={t('query-editor.since', 'Since')}
            choices={sinceChoices()}
            value={query.since ?? 'interval'}
            onChange={(since) => {
              apply({ since });
            }}
          />
        )}
        {isUsed(query, 'measure') && !isOfCounts(query) && (
          <MeasureField
            id={`${id}-measure`}
            value={query.measure ?? 'packets'}
            onChange={(measure) => {
              apply({ measure });
            }}
          />
        )}
        <NumberFields id={id} query={query} limit={limits.state === 'loaded' ? limits.value : LIMIT} onChange={apply} />
      </EditorRow>
      {kind === 'packets' && (
        <PcapngLink
          dataSourceUid={datasource.uid}
          query={query}
          adHocFilters={data?.request?.filters}
          scopedVars={data?.request?.scopedVars}
        />
      )}
    </Stack>
  );
}

function defaultRoute(interfaces: Loaded<NetworkInterface[]>): string {
  const route = interfaces.state === 'loaded' ? interfaces.value.find((candidate) => candidate.default) : undefined;
  return route === undefined
    ? t('query-editor.interface.default-route', 'default route')
    : t('query-editor.interface.named-default-route', '{{name}} (default route)', { name: route.name });
}

/** The query with lists and texts alone where fields need them. Of choices and numbers a field shows what it can. */
function showable(query: XdpQuery): XdpQuery {
  const { interfaces, columns, filter } = wellFormed(query);
  return { ...query, interfaces, columns, filter };
}
