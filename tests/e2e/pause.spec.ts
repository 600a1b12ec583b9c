import { sendOnce } from './datagrams';
import { expect, test } from './made';

/** UDP ports that nothing else here uses: each gets one datagram. */
const FIRST = 46_000;
const COUNT = 300;
const BEFORE = 100;

test('a table pauses by a click on a time, and goes on with every row that came', async ({ openTable, page }) => {
  const filter = `udp dst portrange ${FIRST}-${FIRST + COUNT - 1}`;
  const dashboard = await openTable(
    { filter, direction: 'out', columns: ['time', 'destination_port'], limit: 1_000, rowsKept: 50 },
    [],
    {
      // How many rows, how many different ones, the first and the last.
      fieldConfig: {
        defaults: {},
        overrides: [
          {
            matcher: { id: 'byName', options: 'destination_port' },
            properties: [
              { id: 'custom.footer.reducers', value: ['count', 'distinctCount', 'min', 'max'] },
              { id: 'unit', value: 'none' },
            ],
          },
        ],
      },
    }
  );
  const panel = dashboard.getPanelById('1').locator;
  const figures = async () => (await panel.getByRole('row').last().innerText()).match(/\d+/g)?.map(Number) ?? [];
  await expect(panel.getByTestId('icon-circle-mono')).toBeVisible();
  await page.waitForTimeout(2_000);
  await sendOnce(FIRST, BEFORE);
  const last = FIRST + BEFORE - 1;
  await expect.poll(figures).toEqual([50, 50, last - 49, last]);

  await panel.getByTitle('Pause this panel').first().click();
  const warning = panel.getByTestId('icon-exclamation-triangle');
  await expect(warning).toBeVisible();
  await sendOnce(FIRST + BEFORE, COUNT - BEFORE);
  await expect(panel.getByTitle(`Go on (${COUNT - BEFORE} new rows)`).first()).toBeVisible();
  expect(await figures()).toEqual([50, 50, last - 49, last]);
  await warning.hover();
  await expect(page.getByText(/^Paused at \d\d:\d\d:\d\d\. 200 rows came since\./)).toBeVisible();

  await panel
    .getByTitle(/^Go on/)
    .first()
    .click();
  await expect.poll(figures).toEqual([250, 250, last - 49, FIRST + COUNT - 1]);
  await expect(warning).toBeHidden();
});
