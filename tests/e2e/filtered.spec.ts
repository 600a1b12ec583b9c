import { expect, test } from './made';

/** UDP ports that nothing else here uses. */
const PORTS = [47_001, 47_002, 47_003];

const portsIn = (cells: string[]) => [...new Set(cells.filter((text) => /^4700\d$/.test(text)))].sort();

test('a variable with two values asks for both, and for no other', async ({ openTable, sendDatagrams }) => {
  sendDatagrams(PORTS);
  const dashboard = await openTable({ filter: 'udp and dst port $ports', columns: ['time', 'destination_port'] }, [
    {
      type: 'custom',
      name: 'ports',
      query: '47001,47002,47003',
      multi: true,
      current: { text: ['47001', '47002'], value: ['47001', '47002'] },
    },
  ]);
  const table = dashboard.getPanelById('1');
  await expect.poll(async () => portsIn(await table.data.allInnerTexts())).toEqual(['47001', '47002']);
});

test('"Filter for value" in a cell narrows the table', async ({ openTable, page, sendDatagrams }) => {
  sendDatagrams(PORTS);
  const query = { filter: 'udp and dst portrange 47001-47003', columns: ['time', 'destination_port'] };
  const dashboard = await openTable(query, [{ type: 'adhoc', name: 'narrow', filters: [] }]);
  const table = dashboard.getPanelById('1');
  const shown = async () => portsIn(await table.data.allInnerTexts());
  await expect.poll(shown).toEqual(['47001', '47002', '47003']);

  const cell = table.data.filter({ hasText: /^47002$/ }).first();
  await cell.hover();
  await cell.getByRole('button', { name: 'Filter for value' }).click();
  await expect.poll(shown).toEqual(['47002']);
  await expect(page).toHaveURL(/var-narrow=destination_port%7C%3D%7C47002/);
});
