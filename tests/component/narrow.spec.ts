import type { Page } from '@playwright/test';

import type { XdpQuery } from '../../src/query/model';

import { expect, test } from './editors';

/** A telephone that is held upright, and what Explore's outline leaves of it to the editor. */
const TELEPHONE_PX = 390;
const BESIDE_OUTLINE_PX = 280;

const QUERIES: ReadonlyArray<[name: string, query: Partial<XdpQuery>]> = [
  ['packets', { kind: 'packets', interfaces: ['eth0', 'wg0'], columns: ['time', 'source_ip', 'destination_ip'] }],
  ['packets with a wrong filter', { kind: 'packets', interfaces: ['eth0'], filter: 'tcp prot 443' }],
  ['rates', { kind: 'rates', interfaces: ['eth0'], groupBy: 'destination_port', interval: 7 }],
  ['flows', { kind: 'flows', interfaces: ['eth0'] }],
  ['capture', { kind: 'capture', interfaces: ['eth0'] }],
  ['a later version', { kind: 'packets', interfaces: ['eth0'], version: 2 }],
];

/** Elements that reach past an edge of the window, but for what is cut off on purpose. */
function outside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isCutOff = (element: Element): boolean => {
      const { overflowX, clipPath } = getComputedStyle(element);
      return (
        overflowX === 'hidden' ||
        clipPath !== 'none' ||
        (element.parentElement ? isCutOff(element.parentElement) : false)
      );
    };
    const isOutside = (element: Element): boolean => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 0 && (left < 0 || right > window.innerWidth) && !isCutOff(element);
    };
    // What is around them is not told of as well.
    return [...document.querySelectorAll('#root *')]
      .filter((element) => isOutside(element) && ![...element.children].some(isOutside))
      .map((element) => {
        const { left, right } = element.getBoundingClientRect();
        return `${left} to ${right}: ${element.outerHTML.slice(0, 200)}`;
      });
  });
}

for (const width of [TELEPHONE_PX, BESIDE_OUTLINE_PX]) {
  test.describe(`${width} px wide`, () => {
    test.use({ viewport: { width, height: 844 } });

    for (const [name, query] of QUERIES) {
      test(`the query editor is inside the window: ${name}`, async ({ page, openQueryEditor }) => {
        await openQueryEditor(query);
        if (query.filter !== undefined) {
          await expect(page.getByTestId('xdplive-query-filter-meaning')).toContainText('but found');
        }
        expect(await outside(page)).toEqual([]);
      });
    }

    test('the filter in menus is inside the window', async ({ page, openQueryEditor }) => {
      await openQueryEditor({ filter: 'tcp and port 80' });
      await page.getByRole('radio', { name: 'Menus', exact: true }).click();
      await expect(page.getByRole('group', { name: 'Condition 2', exact: true })).toBeVisible();
      expect(await outside(page)).toEqual([]);
    });

    test('the editor of a variable is inside the window', async ({ page, openVariableEditor }) => {
      await openVariableEditor({ refId: 'A', query: 'hosts(eth0)' });
      await expect(page.getByText('eth0')).toBeVisible();
      expect(await outside(page)).toEqual([]);
    });
  });
}

test.describe('on a telephone', () => {
  test.use({ viewport: { width: TELEPHONE_PX, height: 844 } });

  test('the settings are inside the window', async ({ page, openConfigEditor }) => {
    await openConfigEditor({ allowedInterfaces: ['eth0'], hook: 'tcx' });
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
    expect(await outside(page)).toEqual([]);
  });
});

test('where there is room, fields are side by side, and the filter takes what the row has', async ({
  page,
  openQueryEditor,
}) => {
  await openQueryEditor({ kind: 'packets', interfaces: ['eth0'] });
  const top = async (label: string) => (await page.getByLabel(label, { exact: true }).boundingBox())?.y;
  expect(await top('Rows per second')).toBe(await top('Rows kept'));
  const filter = await page.getByTestId('xdplive-query-filter').boundingBox();
  expect(filter?.width).toBeGreaterThan(900);
});
