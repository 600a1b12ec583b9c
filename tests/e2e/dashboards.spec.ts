import captureHealth from '../../dashboards/capture-health.json';
import conversations from '../../dashboards/conversations.json';
import drops from '../../dashboards/drops.json';
import host from '../../dashboards/host.json';
import interfaces from '../../dashboards/interfaces.json';
import livePackets from '../../dashboards/live-packets.json';
import overview from '../../dashboards/overview.json';

import type { DashboardPage } from '@grafana/plugin-e2e';

import { INTERFACE } from './here';
import { expect, test } from './made';

const ON_INTERFACE = { queryParams: new URLSearchParams({ 'var-interface': INTERFACE }) };

/** Ports that are those of services. */
const PORTS = { service: 9009, other: 9010 };

const DASHBOARDS = [overview, livePackets, conversations, interfaces, drops, captureHealth];

for (const { uid, title, panels } of DASHBOARDS) {
  test(`"${title}" shows every panel with values`, async ({ gotoDashboardPage, sendDatagrams }) => {
    sendDatagrams([PORTS.service], PORTS.other);
    const dashboard = await gotoDashboardPage({ uid, ...ON_INTERFACE });
    // A panel is looked for by scrolling down, so the page has to be there.
    await expect(dashboard.getPanelById(String(panels[0]?.id)).locator).toBeVisible();
    for (const panel of panels) {
      await expectValues(dashboard, panel);
    }
  });
}

test('"Host" shows every panel with values, and says of processes that nobody has allowed them', async ({
  gotoDashboardPage,
  sendDatagrams,
  converse,
}) => {
  sendDatagrams([PORTS.service], PORTS.other);
  await converse();
  const queryParams = new URLSearchParams({ 'var-interface': INTERFACE, 'var-address': '127.0.0.1' });
  const dashboard = await gotoDashboardPage({ uid: host.uid, queryParams });
  await expect(dashboard.getPanelByTitle('Who it is').locator).toBeVisible();
  for (const panel of host.panels.filter(({ title }) => title !== 'Processes')) {
    await expectValues(dashboard, panel);
  }
  const processes = dashboard.getPanelByTitle('Processes');
  await processes.scrollIntoView();
  await expect(processes.getErrorIcon()).toBeVisible();
});

test('"Host" has names of the host, and the quality of its connections', async ({ gotoDashboardPage, converse }) => {
  await converse();
  const queryParams = new URLSearchParams({ 'var-interface': INTERFACE, 'var-address': '127.0.0.1' });
  const dashboard = await gotoDashboardPage({ uid: host.uid, queryParams });
  const names = dashboard.getPanelByTitle('Names');
  await expect(names.locator).toBeVisible();
  await expect(names.data.filter({ hasText: /^localhost$/ }).first()).toBeVisible();
  const quality = dashboard.getPanelByTitle('Quality of connections');
  await quality.scrollIntoView();
  await expect(quality.data.filter({ hasText: /^socket$/ }).first()).toBeVisible();
});

test('"Drops" shows why a packet did not arrive', async ({ gotoDashboardPage, sendDatagrams }) => {
  // Nobody listens there.
  sendDatagrams([PORTS.service], PORTS.other);
  const queryParams = new URLSearchParams({
    'var-interface': INTERFACE,
    'var-filter': `udp dst port ${PORTS.service}`,
  });
  const dashboard = await gotoDashboardPage({ uid: drops.uid, queryParams });
  const table = dashboard.getPanelByTitle('Dropped packets');
  await expect(table.data.filter({ hasText: /^NO_SOCKET$/ }).first()).toBeVisible();
});

test('"Interfaces" shows the state of a link', async ({ gotoDashboardPage, link }) => {
  const queryParams = new URLSearchParams({ 'var-interface': link.name });
  const dashboard = await gotoDashboardPage({ uid: interfaces.uid, queryParams });
  const table = dashboard.getPanelById('1');
  await expect(table.data.filter({ hasText: /^up$/ })).toBeVisible();
  await link.set('down');
  await expect(table.data.filter({ hasText: /^down$/ })).toBeVisible();
});

interface Shown {
  id: number;
  title: string;
  type: string;
}

/** A panel is looked for by scrolling down to it. */
async function expectValues(dashboard: DashboardPage, { id, title, type }: Shown): Promise<void> {
  const panel = dashboard.getPanelById(String(id));
  await panel.scrollIntoView();
  await expect(panel.locator, title).toBeVisible();
  if (type === 'stat') {
    await expect(panel.locator, title).toContainText(/\d/);
  } else if (type === 'table') {
    await expect(panel.data.first(), title).toBeVisible();
  } else {
    await expect(panel.locator.locator('canvas').first(), title).toBeVisible();
  }
  await expect(panel.getErrorIcon(), title).toBeHidden();
  await expect(panel.locator.getByText('No data'), title).toBeHidden();
}

test('"Live packets" shows rows', async ({ gotoDashboardPage }) => {
  const dashboard = await gotoDashboardPage({ uid: livePackets.uid, ...ON_INTERFACE });
  const table = dashboard.getPanelByTitle('Packets');
  await expect(table.data.filter({ hasText: /^ICMP$/ }).first()).toBeVisible();
});

test('"Conversations" shows who talks with whom, in bits per second', async ({ gotoDashboardPage }) => {
  const dashboard = await gotoDashboardPage({ uid: conversations.uid, ...ON_INTERFACE });
  const table = dashboard.getPanelByTitle('Conversations now');
  await expect(table.data.filter({ hasText: /^ICMP$/ }).first()).toBeVisible();
  await expect(table.data.filter({ hasText: /b\/s$/ }).first()).toBeVisible();
});

test('the filter of a dashboard narrows all that can have one', async ({ gotoDashboardPage }) => {
  const queryParams = new URLSearchParams({ 'var-interface': INTERFACE, 'var-filter': 'icmp or (udp and port 9)' });
  const dashboard = await gotoDashboardPage({ uid: overview.uid, queryParams });
  await expect(dashboard.getPanelByTitle('Lost').locator).toContainText(/\d/);
  for (const title of ['Bits per second', 'Protocols', 'Connections begun, reset and failed']) {
    const panel = dashboard.getPanelByTitle(title);
    await panel.scrollIntoView();
    await expect(panel.locator.locator('canvas').first(), title).toBeVisible();
    await expect(panel.getErrorIcon(), title).toBeHidden();
  }
});

test('a host leads to its conversations, and a conversation to its packets', async ({ page, gotoDashboardPage }) => {
  const dashboard = await gotoDashboardPage({ uid: overview.uid, ...ON_INTERFACE });
  await expect(dashboard.getPanelByTitle('Lost').locator).toBeVisible();
  const hosts = dashboard.getPanelByTitle('Hosts first seen');
  await hosts.scrollIntoView();
  await hosts.data
    .filter({ hasText: /^127\.0\.0\.1$/ })
    .getByText('127.0.0.1')
    .click();
  await page.getByText('Conversations of this host').click();
  await page.waitForURL(`**/d/${conversations.uid}/**`);
  const chosen = () => new URL(page.url()).searchParams;
  expect(chosen().get('var-filter')).toBe('host 127.0.0.1');
  expect(chosen().get('var-interface')).toBe(INTERFACE);
  expect(chosen().get('from')).toBe('now-1h');
  const now = page.getByRole('region', { name: 'Conversations now' });
  await now.getByRole('gridcell', { name: '127.0.0.1' }).first().getByText('127.0.0.1').click();
  await page.getByText('Packets of this conversation').click();
  await page.waitForURL(`**/d/${livePackets.uid}/**`);
  expect(chosen().get('var-filter')).toMatch(/^host 127\.0\.0\.1 and host 127\.0\.0\.1/);
  expect(chosen().get('var-interface')).toBe(INTERFACE);
});

test('an address leads to its host, from rows and from rates', async ({ page, gotoDashboardPage }) => {
  const chosen = () => new URL(page.url()).searchParams;
  const dashboard = await gotoDashboardPage({ uid: livePackets.uid, ...ON_INTERFACE });
  const rows = dashboard.getPanelByTitle('Packets');
  await rows.data
    .filter({ hasText: /^127\.0\.0\.1$/ })
    .first()
    .getByText('127.0.0.1')
    .click();
  await page.getByText('Open host', { exact: true }).click();
  await page.waitForURL(`**/d/${host.uid}/**`);
  expect(chosen().get('var-address')).toBe('127.0.0.1');
  expect(chosen().get('var-interface')).toBe(INTERFACE);
  const received = page.getByRole('region', { name: 'Received, by peer' });
  await received.scrollIntoViewIfNeeded();
  await expect(received.getByRole('button', { name: '127.0.0.1' }).first()).toBeVisible();
});

test('"Live packets" leads to a file of the packets', async ({ page, gotoDashboardPage, request }) => {
  const queryParams = new URLSearchParams({ 'var-interface': INTERFACE, 'var-filter': 'icmp[icmptype] & 8 != 0' });
  await gotoDashboardPage({ uid: livePackets.uid, queryParams });
  const link = page.getByRole('link', { name: 'pcapng file' });
  const url = new URL((await link.getAttribute('href')) ?? '', page.url());
  const query = JSON.parse(url.searchParams.get('query') ?? '') as Record<string, unknown>;
  expect(query).toMatchObject({ interfaces: [INTERFACE], filter: 'icmp[icmptype] & 8 != 0' });
  url.searchParams.set('query', JSON.stringify({ ...query, count: 1 }));
  const file = await request.get(url.href);
  await expect(file).toBeOK();
  // The first block of a pcapng file.
  expect((await file.body()).subarray(0, 4).toString('hex')).toBe('0a0d0d0a');
});
