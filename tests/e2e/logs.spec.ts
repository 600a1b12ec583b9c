import { sendOnce } from './datagrams';
import { expect, test } from './made';

/** UDP ports that nothing else here uses: each gets one datagram. */
const FIRST = 45_000;
const COUNT = 20;

const FILTER = `udp dst portrange ${FIRST}-${FIRST + COUNT - 1}`;

const line = (port: number) =>
  new RegExp(`lo Out IP 127\\.0\\.0\\.1\\.\\d+ > 127\\.0\\.0\\.1\\.${port}: UDP, ttl 64, length 29`);

test('a Logs panel shows packets as they come, in the words of tcpdump, the newest first', async ({
  openTable,
  page,
}) => {
  const query = { filter: FILTER, direction: 'out', format: 'lines', columns: ['time'] };
  const options = { showTime: true, sortOrder: 'Descending', enableLogDetails: true };
  const dashboard = await openTable(query, [], { type: 'logs', options });
  const panel = dashboard.getPanelById('1').locator;
  await expect(panel.getByTestId('icon-circle-mono')).toBeVisible();
  await page.waitForTimeout(2_000);
  await sendOnce(FIRST, COUNT);
  const ports = async () =>
    (await panel.innerText()).match(/127\.0\.0\.1\.450\d\d/g)?.map((text) => Number(text.slice(-5)));
  const newestFirst = Array.from({ length: COUNT }, (_, index) => FIRST + COUNT - 1 - index);
  await expect.poll(ports).toEqual(newestFirst);
  await expect(panel.getByText(line(FIRST + 3))).toBeVisible();

  await panel.getByText(line(FIRST + COUNT - 1)).click();
  await expect(panel.getByText('destination_port')).toBeVisible();
  await panel.getByRole('button', { name: 'Pause this panel' }).click();
  await expect(panel.getByTestId('icon-exclamation-triangle')).toBeVisible();
  await sendOnce(FIRST, 1);
  await expect(panel.getByRole('button', { name: 'Go on (1 new row)' })).toBeVisible();
  expect((await ports())?.[0]).toBe(FIRST + COUNT - 1);
  await panel.getByRole('button', { name: 'Go on (1 new row)' }).click();
  await expect.poll(async () => (await ports())?.[0]).toBe(FIRST);
});
