import type { Page, WebSocketRoute } from '@playwright/test';

import { sendOnce } from './datagrams';
import { expect, test } from './made';

/** UDP ports that nothing else here uses: each gets one datagram. */
const FIRST = 48_000;
const COUNT = 500;

/** Stands between the page and the websocket of Grafana Live, and can cut it. */
async function liveOf(page: Page) {
  const open = new Set<WebSocketRoute>();
  let isCut = false;
  await page.routeWebSocket(/\/api\/live\/ws/, (socket) => {
    if (isCut) {
      void socket.close();
      return;
    }
    socket.connectToServer();
    open.add(socket);
  });
  return {
    cut: async () => {
      isCut = true;
      await Promise.all([...open].map((socket) => socket.close()));
      open.clear();
    },
    restore: () => {
      isCut = false;
    },
  };
}

test('a connection that is cut is told, and every row of the meantime is there when it is back', async ({
  openTable,
  page,
}) => {
  test.setTimeout(120_000);
  const live = await liveOf(page);
  const filter = `udp dst portrange ${FIRST}-${FIRST + COUNT - 1}`;
  const dashboard = await openTable(
    { filter, direction: 'out', columns: ['time', 'destination_port'], limit: 1_000, rowsKept: 10_000 },
    [],
    {
      type: 'stat',
      // How many rows, how many different ones, the first and the last.
      options: {
        textMode: 'value',
        reduceOptions: { calcs: ['count', 'distinctCount', 'min', 'max'], fields: '/destination_port/' },
      },
      fieldConfig: { defaults: { unit: 'none', decimals: 0 }, overrides: [] },
    }
  );
  const panel = dashboard.getPanelById('1').locator;
  const figures = async () => (await panel.innerText()).match(/\d+/g)?.map(Number) ?? [];
  // The stream runs: what was sent before that nobody saw.
  await expect(panel.getByTestId('icon-circle-mono')).toBeVisible();
  await page.waitForTimeout(2_000);
  const sending = sendOnce(FIRST, COUNT);
  await expect.poll(async () => (await figures())[0]).toBeGreaterThan(20);

  await live.cut();
  await expect(panel.getByTestId('icon-exclamation-triangle')).toBeVisible();
  await sending;
  expect((await figures())[0]).toBeLessThan(COUNT);

  live.restore();
  // Grafana tries again after up to 20 s.
  await expect.poll(figures, { timeout: 60_000 }).toEqual([COUNT, COUNT, FIRST, FIRST + COUNT - 1]);
  await expect(panel.getByTestId('icon-exclamation-triangle')).toBeHidden();
});
