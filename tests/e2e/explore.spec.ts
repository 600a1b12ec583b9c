import { expect, test } from '@grafana/plugin-e2e';

import pluginJson from '../../plugin.json';

import { DATA_SOURCE, INTERFACE } from './here';

/** Explore's address with one query. */
function explore(query: Record<string, unknown>): URLSearchParams {
  const datasource = { type: pluginJson.id, uid: DATA_SOURCE.uid };
  const pane = {
    datasource: DATA_SOURCE.uid,
    queries: [{ refId: 'A', datasource, ...query }],
    range: { from: 'now-5m', to: 'now' },
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
