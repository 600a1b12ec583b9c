import { CoreApp } from '@grafana/data';
import { renderHook } from '@testing-library/react';

import { DEFAULT_RULE_QUERY, type XdpQuery } from '../query/model';

import { useSavedKind } from './useSavedKind';

const shown: XdpQuery = { refId: 'A', ...DEFAULT_RULE_QUERY };

function saved(app: CoreApp, queries: XdpQuery[] | undefined, query = shown): XdpQuery[] {
  const changes: XdpQuery[] = [];
  const onChange = (change: XdpQuery) => changes.push(change);
  // Grafana makes a new query of the default each time.
  const { rerender } = renderHook(() => {
    useSavedKind({ app, query: { ...query }, queries, onChange });
  });
  rerender();
  return changes;
}

it.each([CoreApp.UnifiedAlerting, CoreApp.CloudAlerting])(
  'saves once what the editor of a new rule shows (%s)',
  (app) => {
    expect(saved(app, [{ refId: 'B' }, { refId: 'A' }])).toEqual([shown]);
  }
);

it.each([
  ['a rule that has a kind', CoreApp.UnifiedAlerting, [{ refId: 'A', kind: 'rates' as const }]],
  ['a dashboard', CoreApp.Dashboard, [{ refId: 'A' }]],
  ['a query that is not among those saved', CoreApp.UnifiedAlerting, [{ refId: 'B' }]],
  ['an editor that does not tell what is saved', CoreApp.UnifiedAlerting, undefined],
])('saves nothing for %s', (_, app, queries) => {
  expect(saved(app, queries)).toEqual([]);
});

it('saves nothing where nothing is shown either', () => {
  expect(saved(CoreApp.UnifiedAlerting, [{ refId: 'A' }], { refId: 'A' })).toEqual([]);
});
