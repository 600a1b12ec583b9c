import { deeds, expect, test } from './editors';

const WAYS_TO_RUN = [
  ['Enter', 'Enter'],
  ['Ctrl-Enter', 'Control+Enter'],
  ['leaving the field', undefined],
] as const;

for (const [name, key] of WAYS_TO_RUN) {
  test(`typing does not run; ${name} does, once`, async ({ page, openQueryEditor }) => {
    await openQueryEditor({ kind: 'packets', limit: 50 });
    const filter = page.getByLabel('Filter', { exact: true });
    await filter.pressSequentially('udp port 53 ');
    expect(await deeds(page)).toMatchObject({ queries: [], runs: [], settings: [] });
    if (key !== undefined) {
      await filter.press(key);
      expect((await deeds(page)).runs).toHaveLength(1);
    }
    await filter.blur();
    expect((await deeds(page)).runs).toEqual([{ refId: 'A', kind: 'packets', limit: 50, filter: 'udp port 53' }]);
  });
}

test('suggestions open below the field, inside the window, and a click takes one', async ({
  page,
  openQueryEditor,
}) => {
  await openQueryEditor();
  const filter = page.getByLabel('Filter', { exact: true });
  await filter.pressSequentially('por');
  const list = page.getByRole('listbox', { name: 'Suggestions' });
  await expect(list).toBeInViewport({ ratio: 1 });
  await expect(list.getByRole('option')).toHaveText([/^port(?!range)/, /^portrange/]);
  const fieldBox = await filter.boundingBox();
  const listBox = await list.boundingBox();
  expect(listBox?.y).toBeGreaterThanOrEqual((fieldBox?.y ?? Infinity) + (fieldBox?.height ?? Infinity));
  expect(listBox?.x).toBeLessThan((fieldBox?.x ?? 0) + (fieldBox?.width ?? 0));

  // What is seen at its place is the list, not something that lies over it.
  await list.getByRole('option', { name: /^portrange/ }).click();
  await expect(list).toBeHidden();
  await expect(filter).toHaveValue(/^portrange ?$/);
  await expect(filter).toBeFocused();
  expect((await deeds(page)).runs).toEqual([]);
});

test('a suggestion is taken by the keyboard, and typing goes on behind it', async ({ page, openQueryEditor }) => {
  await openQueryEditor({ kind: 'packets' });
  const filter = page.getByLabel('Filter', { exact: true });
  await filter.pressSequentially('udp and por');
  await expect(page.getByRole('option')).toHaveText([/^port(?!range)/, /^portrange/]);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect((await deeds(page)).runs).toEqual([]);
  await expect(filter).toHaveValue(/^udp and port ?$/);
  await page.keyboard.type((await filter.inputValue()).endsWith(' ') ? '53' : ' 53');
  await page.keyboard.press('Enter');
  expect((await deeds(page)).runs).toEqual([{ refId: 'A', kind: 'packets', filter: 'udp and port 53' }]);
});

test('a wrong filter has its wrong word marked, and why below it', async ({ page, openQueryEditor }) => {
  await openQueryEditor({ filter: 'tcp prot 443' });
  const filter = page.getByLabel('Filter', { exact: true });
  const meaning = page.getByTestId('xdplive-query-filter-meaning');
  await expect(meaning).toContainText('expected and, or or the end but found "prot"');
  await expect(meaning.locator('mark')).toHaveText('prot');
  await expect(meaning.locator('mark')).toHaveCSS('text-decoration-style', 'wavy');
  await expect(filter).toHaveAttribute('aria-invalid', 'true');

  await filter.fill('tcp port 443');
  await expect(meaning).toHaveText('Packets to or from TCP port 443 (https).');
  await expect(filter).toHaveAttribute('aria-invalid', 'false');
});

test('what may have been meant is taken by a click, and the wrong filter does not run', async ({
  page,
  openQueryEditor,
}) => {
  await openQueryEditor({});
  const filter = page.getByLabel('Filter', { exact: true });
  await filter.fill('tcp prot 443');
  await page.getByRole('button', { name: 'Did you mean port? Change the filter' }).click();
  await expect(filter).toHaveValue('tcp port 443');
  await expect(filter).toBeFocused();
  expect((await deeds(page)).runs).toMatchObject([{ filter: 'tcp port 443' }]);
});

test('a filter that no packet can match has a warning below it', async ({ page, openQueryEditor }) => {
  await openQueryEditor({ filter: 'tcp and udp' });
  const meaning = page.getByTestId('xdplive-query-filter-meaning');
  await expect(meaning).toContainText('No packet can match: "tcp" and "udp" contradict each other');
});

test('words have their colours, which stay while more is typed', async ({ page, openQueryEditor }) => {
  await openQueryEditor({ filter: 'tcp port 443' });
  const filter = page.getByLabel('Filter', { exact: true });
  const highlight = page.getByTestId('xdplive-query-filter-highlight');
  const words = highlight.locator('span[data-class]');
  await expect(words).toHaveText(['tcp', 'port', '443']);
  const colours = await words.evaluateAll((spans) => spans.map((span) => getComputedStyle(span).color));
  expect(new Set(colours).size).toBe(2);

  // Each state that is drawn from here on.
  await highlight.evaluate((element) => {
    const seen = ((window as unknown as { seen: string[] }).seen = [] as string[]);
    new MutationObserver(() => {
      const first = element.querySelector('span');
      seen.push(`${first?.dataset.class ?? 'none'} ${first?.textContent}`);
    }).observe(element, { childList: true, subtree: true, characterData: true, attributes: true });
  });
  await filter.press('End');
  await filter.pressSequentially(' or udp', { delay: 20 });
  await expect(words).toHaveText(['tcp', 'port', '443', 'or', 'udp']);
  const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect(seen.length).toBeGreaterThan(0);
  expect(new Set(seen)).toEqual(new Set(['keyword tcp']));
  await expect(highlight).toHaveText('tcp port 443 or udp');
});

test('menus show the conditions of a text, and what they write is the text', async ({ page, openQueryEditor }) => {
  await openQueryEditor({ filter: 'tcp and port 80' });
  await page.getByRole('radio', { name: 'Menus', exact: true }).click();
  await expect(page.getByLabel('Condition 2: value')).toHaveValue('80');
  await page.getByLabel('Remove condition 1').click();
  expect((await deeds(page)).runs).toEqual([{ refId: 'A', filter: 'port 80' }]);
  await page.getByRole('radio', { name: 'Text', exact: true }).click();
  await expect(page.getByLabel('Filter', { exact: true })).toHaveValue('port 80');
});
