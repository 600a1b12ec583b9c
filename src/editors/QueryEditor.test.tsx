import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { DEFAULT_QUERY } from '../query/model';
import { choose, openEditor, setUpEditors } from '../testing/queryEditor';

beforeAll(setUpEditors);

it("shows the query's values, and the defaults where it has none", async () => {
  await openEditor({ interfaces: ['eth0'], columns: ['ttl'], limit: 50 });
  expect(screen.getByText('eth0')).toBeVisible();
  expect(screen.getByText('ttl')).toBeVisible();
  expect(screen.getByLabelText('Rows per second')).toHaveValue('50');
  expect(screen.getByLabelText('Rows kept')).toHaveValue('');
  expect(screen.getByLabelText('Rows kept')).toHaveAttribute('placeholder', '1,000');
  expect(within(screen.getByRole('radiogroup', { name: 'Direction' })).getByLabelText('Both')).toBeChecked();
});

it('shows a new query as Grafana asks it, and changes no more of it than it is told', async () => {
  const { queries, run } = await openEditor();
  const columns = within(screen.getByRole('list', { name: 'Order of the columns' })).getAllByRole('listitem');
  expect(columns).toHaveLength(DEFAULT_QUERY.columns?.length ?? 0);
  await userEvent.click(screen.getByLabelText('Out'));
  expect(queries).toEqual([{ ...DEFAULT_QUERY, refId: 'A', direction: 'out' }]);
  expect(run).toHaveBeenCalledTimes(1);
});

it('asks for rates by their measure', async () => {
  const { queries } = await openEditor({ kind: 'rates' });
  expect(screen.getByRole('combobox', { name: 'Measure' })).toHaveValue('Packets/s');
  await choose('Measure', /^Bits/);
  expect(queries.at(-1)).toStrictEqual({ refId: 'A', kind: 'rates', measure: 'bits' });
  // What is counted of TCP is counted by groups.
  await choose('Measure', /^Resets/);
  expect(queries.at(-1)).toStrictEqual({ refId: 'A', kind: 'rates', measure: 'resets', groupBy: 'direction' });
});

it('asks for flows of the last interval, or of all the time', async () => {
  const { queries } = await openEditor({ kind: 'flows' });
  const since = within(screen.getByRole('radiogroup', { name: 'Since' }));
  expect(since.getByLabelText('Last interval')).toBeChecked();
  await userEvent.click(since.getByLabelText('Start'));
  expect(queries).toStrictEqual([{ refId: 'A', kind: 'flows', since: 'start' }]);
});

it('looks into tunnels where that is chosen, and writes nothing for outer headers', async () => {
  const { queries, run } = await openEditor({ kind: 'packets' });
  const headers = within(screen.getByRole('radiogroup', { name: 'Decapsulate' }));
  expect(headers.getByLabelText('Outer headers')).toBeChecked();
  await userEvent.click(headers.getByLabelText('Innermost packet'));
  expect(queries.at(-1)).toStrictEqual({ refId: 'A', kind: 'packets', decapsulate: 'inner' });
  expect(headers.getByLabelText('Innermost packet')).toBeChecked();
  await userEvent.click(headers.getByLabelText('Outer headers'));
  expect(queries.at(-1)).toStrictEqual({ refId: 'A', kind: 'packets' });
  expect(run).toHaveBeenCalledTimes(2);
});

it.each([{ columns: 'ttl' }, { interfaces: 7 }, { filter: ['udp'] }, { limit: '50' }])(
  'stands a key of the wrong type, %j, and leaves it for the back end to refuse until it is chosen anew',
  async (wrong) => {
    const { queries } = await openEditor(wrong as never);
    await userEvent.click(screen.getByLabelText('Out'));
    expect(queries).toStrictEqual([{ refId: 'A', ...wrong, direction: 'out' }]);
    await choose('Columns', /^vlan/);
    expect(queries.at(-1)).toStrictEqual({ refId: 'A', ...wrong, direction: 'out', columns: ['vlan'] });
  }
);

describe('a query of a later version', () => {
  const LATER = 'This query was saved by a later version of XDP Live';

  it('is left as it is, but for what is changed, and its editor says so', async () => {
    const { queries } = await openEditor({ version: 2, direction: 'in' });
    expect(screen.getByText(LATER)).toBeInTheDocument();
    await userEvent.click(screen.getByLabelText('Out'));
    expect(queries).toStrictEqual([{ refId: 'A', version: 2, direction: 'out' }]);
  });

  it.each([undefined, 1])('is not %s', async (version) => {
    await openEditor({ version });
    expect(screen.queryByText(LATER)).not.toBeInTheDocument();
  });
});
