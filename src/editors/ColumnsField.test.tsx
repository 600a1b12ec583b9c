import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { choose, openEditor, setUpEditors } from '../testing/queryEditor';

beforeAll(setUpEditors);

it('keeps columns in the order in which they are chosen', async () => {
  const { queries } = await openEditor({ kind: 'packets' });
  await choose('Columns', /^vlan/);
  await userEvent.click(await screen.findByRole('option', { name: /^time/ }));
  expect(queries.at(-1)?.columns).toEqual(['vlan', 'time']);
});

it('offers dashboard variables among the columns, after those of the kind', async () => {
  const { queries } = await openEditor({ columns: ['ttl'] });
  await userEvent.click(screen.getByLabelText('Columns'));
  // The list has as many at a time as there is room for.
  await userEvent.type(screen.getByLabelText('Columns'), '$');
  await screen.findByRole('option', { name: '$columns' });
  const offered = await screen.findAllByRole('option');
  expect(offered.slice(-3).map(({ textContent }) => textContent)).toEqual(['$interface', '$columns', '$group']);
  await userEvent.click(screen.getByRole('option', { name: '$columns' }));
  expect(queries.at(-1)?.columns).toEqual(['ttl', '$columns']);
});

it('takes rates without columns for time series, and with them for counts, which have no measure', async () => {
  const { queries } = await openEditor({ kind: 'rates', measure: 'bits' });
  expect(screen.getByLabelText('Columns')).toHaveAttribute('placeholder', 'time series');
  expect(screen.getByRole('combobox', { name: 'Measure' })).toBeVisible();
  await choose('Columns', /^packets/);
  expect(queries.at(-1)).toStrictEqual({ refId: 'A', kind: 'rates', measure: 'bits', columns: ['packets'] });
  expect(screen.queryByRole('combobox', { name: 'Measure' })).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Remove packets' }));
  expect(screen.getByRole('combobox', { name: 'Measure' })).toHaveValue('Bits/s');
});

it.each(['packets', 'flows', 'capture'] as const)(
  'takes %s without columns for those with all of them',
  async (kind) => {
    await openEditor({ kind });
    expect(screen.getByLabelText('Columns')).toHaveAttribute('placeholder', 'all columns');
  }
);
