import { INTERFACE } from './here';
import { expect, test } from './made';

/** A matrix is asked for again and again: the first answer is of nothing. */
const AGAIN = { refresh: '5s' };

/** What this machine sends to itself. */
const QUERY = { kind: 'flows', format: 'matrix', interval: 2_000, filter: 'icmp', interfaces: [INTERFACE] };

test('who sends how much to whom is a heat map', async ({ openTable, page }) => {
  await openTable(QUERY, [], {}, AGAIN);
  const bits = page.getByRole('gridcell', { name: /^[1-9][0-9.]* [kM]?b\/s$/ });
  await expect(bits).toHaveCount(1);
  await expect(page.getByRole('columnheader')).toHaveCount(2);
  await expect(page.getByRole('columnheader', { name: /^source/ })).toBeVisible();
  await expect(bits).not.toHaveCSS('background-color', 'rgba(0, 0, 0, 0)');
});

test('hosts of a matrix can be put together by their networks', async ({ openTable, page }) => {
  await openTable({ ...QUERY, prefixIpv4: 8 }, [], {}, AGAIN);
  await expect(page.getByRole('columnheader', { name: /^127\.0\.0\.0\/8/ })).toBeVisible();
  await expect(page.getByRole('gridcell', { name: '127.0.0.0/8', exact: true })).toBeVisible();
});
