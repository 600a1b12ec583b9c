import { choose, deeds, distinct, expect, test } from './editors';

const LABELS = [
  'Interface',
  'Direction',
  'Decapsulate',
  'Filter',
  'Columns',
  'Group by',
  'Since',
  'Measure',
  'Rows per second',
  'Top',
  'Interval',
  'Rows kept',
];

const FIELDS_BY_KIND: ReadonlyArray<[label: string, kind: string, fields: string[]]> = [
  ['Rates', 'rates', ['Interface', 'Direction', 'Decapsulate', 'Filter', 'Columns', 'Group by', 'Measure', 'Interval']],
  ['Flows', 'flows', ['Interface', 'Direction', 'Decapsulate', 'Filter', 'Columns', 'Since', 'Top', 'Interval']],
  ['Capture', 'capture', ['Interface', 'Direction', 'Columns', 'Interval', 'Rows kept']],
  [
    'Packets',
    'packets',
    ['Interface', 'Direction', 'Decapsulate', 'Filter', 'Columns', 'Rows per second', 'Rows kept'],
  ],
];

test('a click on a kind shows its fields, no others, and runs', async ({ page, openQueryEditor }) => {
  await openQueryEditor({ kind: 'packets' });
  const shown = async () => {
    const visible = await Promise.all(
      LABELS.map(async (label) => ((await page.getByLabel(label, { exact: true }).count()) > 0 ? [label] : []))
    );
    return visible.flat();
  };
  for (const [label, kind, fields] of FIELDS_BY_KIND) {
    await page.getByRole('radio', { name: label, exact: true }).click();
    await expect(page.getByRole('radio', { name: label, exact: true })).toBeChecked();
    expect(await shown()).toEqual(fields);
    expect((await deeds(page)).runs.at(-1)).toEqual({ refId: 'A', kind });
  }
  expect((await deeds(page)).runs).toHaveLength(FIELDS_BY_KIND.length);
});

test('columns are chosen in their order and taken away again', async ({ page, openQueryEditor }) => {
  await openQueryEditor({ kind: 'packets' });
  const columns = page.getByLabel('Columns', { exact: true });
  await choose(page, columns, 'ttl');
  await choose(page, columns, 'source_ip');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Remove ttl' }).click();
  const { runs } = await deeds(page);
  expect(distinct(runs)).toEqual([
    { refId: 'A', kind: 'packets', columns: ['ttl'] },
    { refId: 'A', kind: 'packets', columns: ['ttl', 'source_ip'] },
    { refId: 'A', kind: 'packets', columns: ['source_ip'] },
  ]);
});

test('a chosen interface is what runs', async ({ page, openQueryEditor }) => {
  await openQueryEditor({ kind: 'packets' });
  await page.getByLabel('Interface', { exact: true }).click();
  await page.getByRole('option', { name: /^eth0.*default route · up · virtio_net/ }).click();
  expect(distinct((await deeds(page)).runs)).toEqual([{ refId: 'A', kind: 'packets', interfaces: ['eth0'] }]);
});

test('the keyboard alone reaches every field, in the order in which they are read', async ({
  page,
  openQueryEditor,
}) => {
  await openQueryEditor({ kind: 'rates', groupBy: 'protocol' });
  const reached: string[] = [];
  for (let step = 0; step < 30; step++) {
    await page.keyboard.press('Tab');
    reached.push(
      await page.evaluate(() => {
        const element = document.activeElement;
        const group = element?.closest('[role=radiogroup]')?.getAttribute('aria-label');
        const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
        return group ?? label ?? '';
      })
    );
  }
  expect(reached.filter((label) => label !== '').slice(0, 11)).toEqual([
    'Show',
    'Interface',
    'Direction',
    'Decapsulate',
    'Filter',
    'Edit the filter as',
    'Columns',
    'Group by',
    'Measure',
    'Top',
    'Interval',
  ]);
});
