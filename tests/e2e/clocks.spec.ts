import { expect, test } from './made';

/** Milliseconds by which the browser's clock is put forward. */
const AHEAD = 90_000;

const GRAPH = { type: 'timeseries' };

test('clocks that are apart are told, with how much', async ({ openTable, page }) => {
  await page.addInitScript((ahead) => {
    const now = Date.now.bind(Date);
    const ofAhead = () => now() + ahead;
    globalThis.Date = new Proxy(Date, {
      construct: (target, given: unknown[]) =>
        Reflect.construct(target, given.length === 0 ? [ofAhead()] : given) as Date,
      get: (target, key) => (key === 'now' ? ofAhead : (Reflect.get(target, key) as unknown)),
    });
  }, AHEAD);
  const dashboard = await openTable({ kind: 'rates', filter: 'icmp' }, [], GRAPH);
  const panel = dashboard.getPanelById('1').locator;
  await panel.getByTestId('icon-exclamation-triangle').hover();
  await expect(page.getByText(/^The clock of .+ is \d+ seconds behind the clock of this browser/)).toBeVisible();
});

test('a time range that begins before anything is kept has how much of it is empty', async ({ openTable, page }) => {
  // Nobody has asked for this filter before.
  const filter = `icmp and len != ${60_000 + (Date.now() % 1_000)}`;
  const dashboard = await openTable({ kind: 'rates', filter }, [], GRAPH);
  const panel = dashboard.getPanelById('1').locator;
  await panel.getByTestId('icon-file-landscape-alt').hover();
  await expect(page.getByText(/^Nothing is kept from before \d\d:\d\d:\d\d: the first \d0 seconds of/)).toBeVisible();
  await expect(panel.getByTestId('icon-exclamation-triangle')).toBeHidden();
});
