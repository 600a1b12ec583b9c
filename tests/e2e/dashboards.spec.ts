import { expect, test } from '@grafana/plugin-e2e';

import livePackets from '../../dashboards/live-packets.json';
import traffic from '../../dashboards/traffic.json';

import { INTERFACE } from './here';

/** Two panels are called "Packets". */
const TABLE = livePackets.panels.find(({ type, title }) => type === 'table' && title === 'Packets');

const ON_INTERFACE = { queryParams: new URLSearchParams({ 'var-interface': INTERFACE }) };

test('"Live packets" shows rows', async ({ gotoDashboardPage }) => {
  const dashboard = await gotoDashboardPage({ uid: livePackets.uid, ...ON_INTERFACE });
  const table = dashboard.getPanelById(String(TABLE?.id));
  await table.scrollIntoView();
  await expect(table.data.filter({ hasText: /^ICMP$/ }).first()).toBeVisible();
});

test('"Traffic" shows conversations', async ({ gotoDashboardPage }) => {
  const dashboard = await gotoDashboardPage({ uid: traffic.uid, ...ON_INTERFACE });
  const table = dashboard.getPanelByTitle('Top conversations');
  await table.scrollIntoView();
  await expect(table.data.filter({ hasText: /^ICMP$/ }).first()).toBeVisible();
});
