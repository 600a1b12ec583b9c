import { CoreApp } from '@grafana/data';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import type { XdpQuery } from '../query/model';
import type { XdpSettings } from '../settings/model';
import { testDataSource } from '../testing/dataSource';
import { openEditor, setUpEditors } from '../testing/queryEditor';

beforeAll(setUpEditors);

const HINT = 'An alert rule cannot use packets or conversations';
const OF_PEERS = 'An alert rule may not use groups by address or port here';
const NOT_ALLOWED = 'the setting Packets for services of this data source is off';

/** The editor of an alert rule, whose data source has these settings. */
const openRule = (kind: XdpQuery['kind'], settings: XdpSettings = {}, query: Partial<XdpQuery> = {}) =>
  openEditor({ kind, ...query }, testDataSource({}, settings), { app: CoreApp.UnifiedAlerting });

it.each(['packets', 'flows', undefined] as const)(
  'reports of %s, before a rule is saved, that it cannot use them',
  async (kind) => {
    await openRule(kind);
    expect(screen.getByRole('alert', { name: HINT })).toHaveTextContent(
      /Choose Rates, Capture or Interfaces, or Drops by reason\..*is off\.$/
    );
    await userEvent.click(screen.getByRole('radio', { name: 'Rates' }));
    expect(screen.queryByText(HINT)).not.toBeInTheDocument();
  }
);

it('reports it too where services may see packets, of which a rule makes nothing', async () => {
  await openRule('flows', { allowPacketsToServices: true });
  expect(screen.getByRole('alert', { name: HINT })).not.toHaveTextContent(NOT_ALLOWED);
});

it.each(['source', 'destination', 'host_ip', 'source_port', 'destination_port'] as const)(
  'reports of groups by %s that services may not see them',
  async (groupBy) => {
    await openRule('rates', {}, { groupBy });
    expect(screen.getByRole('alert', { name: OF_PEERS })).toHaveTextContent(/Turn on the setting/);
  }
);

it('has nothing to report of groups by address where services may see them', async () => {
  await openRule('rates', { allowPacketsToServices: true }, { groupBy: 'source' });
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

it('has nothing to report of groups that say nothing of who talks to whom', async () => {
  await openRule('rates', {}, { groupBy: 'protocol' });
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

it.each(['rates', 'capture'] as const)('has nothing to report of %s', async (kind) => {
  await openRule(kind);
  expect(screen.queryByText(HINT)).not.toBeInTheDocument();
});

it.each([CoreApp.PanelEditor, CoreApp.Explore, undefined])('has nothing to report to a person, in %s', async (app) => {
  await openEditor({ kind: 'packets' }, testDataSource(), { app });
  expect(screen.queryByText(HINT)).not.toBeInTheDocument();
});
