import { expect, test } from '@grafana/plugin-e2e';

import pluginJson from '../../src/plugin.json';

import { sendTo } from './datagrams';
import { DATA_SOURCE, INTERFACE } from './here';

type Query = Record<string, unknown>;

/** Explore's address with a query, or several. */
function explore(asked: Query | Query[], range = { from: 'now-5m', to: 'now' }): URLSearchParams {
  const datasource = { type: pluginJson.id, uid: DATA_SOURCE.uid };
  const pane = {
    datasource: DATA_SOURCE.uid,
    queries: [asked].flat().map((query, index) => ({ refId: 'AB'[index], datasource, ...query })),
    range,
  };
  return new URLSearchParams({ schemaVersion: '1', orgId: '1', panes: JSON.stringify({ one: pane }) });
}

/** Few columns, because a table holds in the page only what can be seen. */
const PINGS = {
  kind: 'packets',
  interfaces: [INTERFACE],
  filter: 'icmp',
  columns: ['time', 'protocol', 'source_ip', 'destination_ip'],
};

test('Explore shows packets in a table', async ({ explorePage }) => {
  await explorePage.goto({ queryParams: explore(PINGS) });
  await expect(explorePage.tablePanel.data.filter({ hasText: /^ICMP$/ }).first()).toBeVisible();
});

test('Live shows packets as lines, in the words of tcpdump', async ({ explorePage, page, selectors }) => {
  await explorePage.goto({ queryParams: explore({ ...PINGS, columns: [] }) });
  await explorePage.getByGrafanaSelector(selectors.pages.Explore.toolbar.live).click();
  await expect(page.getByText(/127\.0\.0\.1 > 127\.0\.0\.1: ICMP echo request/).first()).toBeVisible();
});

test('past packets have a table, lines, and their volume above the lines', async ({ explorePage, page }) => {
  const begin = Date.now();
  await explorePage.goto({ queryParams: explore(PINGS) });
  await expect(explorePage.tablePanel.data.filter({ hasText: /^ICMP$/ }).first()).toBeVisible();
  // What is past has to be seen first, and counted for some seconds.
  await page.waitForTimeout(5_000);
  const past = { from: String(begin), to: String(Date.now() - 1_000) };
  await explorePage.goto({ queryParams: explore(PINGS, past) });
  await expect(explorePage.tablePanel.data.filter({ hasText: /^ICMP$/ }).first()).toBeVisible();
  await expect(page.getByText(/127\.0\.0\.1 > 127\.0\.0\.1: ICMP echo request/).first()).toBeVisible();
  await expect(page.getByText('Logs volume')).toBeVisible();
  await expect(page.getByText('No logs volume available')).toBeHidden();
});

test('Explore shows rates as a graph', async ({ explorePage, selectors }) => {
  const rates = { kind: 'rates', interfaces: [INTERFACE], groupBy: 'protocol', measure: 'packets' };
  await explorePage.goto({ queryParams: explore(rates) });
  const { seriesName } = selectors.components.VizLegend;
  const graph = explorePage.timeSeriesPanel;
  await expect(graph.getByGrafanaSelector(seriesName('ICMP'), { root: graph.locator })).toBeVisible();
});

test('the context of a line is every packet around it, where those are kept', async ({ explorePage, page }) => {
  const PORT = 44_999;
  const datagrams = { ...PINGS, filter: `udp dst port ${PORT}` };
  const begin = Date.now();
  const end = sendTo([PORT]);
  await explorePage.goto({ queryParams: explore([datagrams, { ...PINGS, filter: '' }]) });
  await expect(explorePage.tablePanel.data.filter({ hasText: /^UDP$/ }).first()).toBeVisible();
  await page.waitForTimeout(5_000);
  end();

  await explorePage.goto({ queryParams: explore(datagrams, { from: String(begin), to: String(Date.now()) }) });
  await expect(page.getByText(`> 127.0.0.1.${PORT}: UDP`).first()).toBeVisible();
  await page.getByRole('button', { name: 'Log menu' }).first().click();
  await page.getByText('Show context').click();
  const context = page.getByRole('dialog');
  await expect(context.getByText(`Every packet on ${INTERFACE} that is kept around this line`)).toBeVisible();
  await expect(context.getByText(/127\.0\.0\.1 > 127\.0\.0\.1: ICMP echo request/).first()).toBeVisible();
});
