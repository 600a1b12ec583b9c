import { CoreApp } from '@grafana/data';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import type { XdpSettings } from '../settings/model';
import { testDataSource } from '../testing/dataSource';
import { openEditor, setUpEditors } from '../testing/queryEditor';

beforeAll(setUpEditors);

const HINT = 'An alert rule gets no packets and no conversations from this data source';

/** The editor of an alert rule, whose data source has these settings. */
const openRule = (kind: 'packets' | 'rates' | 'flows' | 'capture' | undefined, settings: XdpSettings = {}) =>
  openEditor({ kind }, testDataSource({}, settings), { app: CoreApp.UnifiedAlerting });

it.each(['packets', 'flows', undefined] as const)(
  'reports of %s, before a rule is saved, that it gets none',
  async (kind) => {
    await openRule(kind);
    expect(screen.getByRole('alert', { name: HINT })).toHaveTextContent('Choose Rates or Capture');
    await userEvent.click(screen.getByRole('radio', { name: 'Rates' }));
    expect(screen.queryByText(HINT)).not.toBeInTheDocument();
  }
);

it.each(['rates', 'capture'] as const)('has nothing to report of %s', async (kind) => {
  await openRule(kind);
  expect(screen.queryByText(HINT)).not.toBeInTheDocument();
});

it('has nothing to report where services may see packets', async () => {
  await openRule('packets', { allowPacketsToServices: true });
  expect(screen.queryByText(HINT)).not.toBeInTheDocument();
});

it.each([CoreApp.PanelEditor, CoreApp.Explore, undefined])('has nothing to report to a person, in %s', async (app) => {
  await openEditor({ kind: 'packets' }, testDataSource(), { app });
  expect(screen.queryByText(HINT)).not.toBeInTheDocument();
});
