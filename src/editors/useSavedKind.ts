import type { QueryEditorProps } from '@grafana/data';
import { useEffect, useRef } from 'react';

import { isAlerting } from '../datasource/apps';
import type { XdpDataSource } from '../datasource/XdpDataSource';
import type { XdpQuery } from '../query/model';
import type { XdpSettings } from '../settings/model';

type Props = Pick<QueryEditorProps<XdpDataSource, XdpQuery, XdpSettings>, 'app' | 'query' | 'queries' | 'onChange'>;

/**
 * The editor of an alert rule shows the default query, and evaluates what is saved, which of a new rule is none: its kind
 * would be packets. So what is shown is saved, once.
 */
export function useSavedKind({ app, query, queries, onChange }: Props): void {
  const saved = queries?.find(({ refId }) => refId === query.refId);
  const isMissing = isAlerting(app) && query.kind !== undefined && saved !== undefined && !('kind' in saved);
  const isDone = useRef(false);
  useEffect(() => {
    if (isMissing && !isDone.current) {
      isDone.current = true;
      onChange(query);
    }
  }, [isMissing, query, onChange]);
}
