import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import type { QueryKind } from '../query/model';
import { testDataSource } from '../testing/dataSource';
import { choose, openEditor, setUpEditors } from '../testing/queryEditor';

beforeAll(setUpEditors);

describe('Show', () => {
  const kinds = () => within(screen.getByRole('radiogroup', { name: 'Show' }));
  const labels = ['Filter', 'Group by', 'Rows per second', 'Top', 'Interval', 'Rows kept', 'Measure'];
  const choices = ['Decapsulate', 'Format', 'Since'];
  const shown = () => [
    ...labels.filter((label) => screen.queryByLabelText(label) !== null),
    ...choices.filter((name) => screen.queryByRole('radiogroup', { name }) !== null),
  ];

  it.each([
    ['packets', 'Packets', ['Filter', 'Rows per second', 'Rows kept', 'Decapsulate', 'Format']],
    [undefined, 'Packets', ['Filter', 'Rows per second', 'Rows kept', 'Decapsulate', 'Format']],
    ['rates', 'Rates', ['Filter', 'Group by', 'Interval', 'Measure', 'Decapsulate']],
    ['flows', 'Flows', ['Filter', 'Top', 'Interval', 'Decapsulate', 'Format', 'Since']],
    ['capture', 'Capture', ['Interval', 'Rows kept']],
  ] as const)('has for %s the fields that matter', async (kind, label, fields) => {
    await openEditor({ kind });
    expect(kinds().getByLabelText(label)).toBeChecked();
    expect(shown()).toEqual(fields);
  });

  it('has no columns for lines, which are made of all of them, and finds them again with the table', async () => {
    const { queries } = await openEditor({ kind: 'packets', columns: ['ttl'] });
    await userEvent.click(screen.getByRole('radio', { name: 'Lines' }));
    expect(queries.at(-1)).toStrictEqual({ refId: 'A', kind: 'packets', format: 'lines' });
    expect(screen.queryByLabelText('Columns')).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole('radio', { name: 'Table' }));
    expect(queries.at(-1)).toStrictEqual({ refId: 'A', kind: 'packets', format: 'table', columns: ['ttl'] });
  });

  it('offers the columns of the kind', async () => {
    await openEditor({ kind: 'capture' });
    await userEvent.click(screen.getByLabelText('Columns'));
    expect(await screen.findByRole('option', { name: /^lost_ring/ })).toBeInTheDocument();
    expect(screen.queryByRole('option', { name: /^ttl/ })).not.toBeInTheDocument();
  });

  it('writes what the kind uses, and finds the rest again with the kind that uses it', async () => {
    const always = { refId: 'A', interfaces: ['eth0'], direction: 'in' } as const;
    const ofPackets = { ...always, filter: 'tcp', limit: 50, rowsKept: 70, columns: ['ttl'] };
    const { queries, run } = await openEditor({ ...ofPackets, interfaces: ['eth0'] });
    await userEvent.click(kinds().getByLabelText('Capture'));
    expect(queries.at(-1)).toStrictEqual({ ...always, kind: 'capture', rowsKept: 70 });
    expect(run).toHaveBeenCalledTimes(1);
    await choose('Columns', /^seen/);
    await userEvent.click(kinds().getByLabelText('Rates'));
    expect(queries.at(-1)).toStrictEqual({ ...always, kind: 'rates', filter: 'tcp' });
    await userEvent.click(kinds().getByLabelText('Packets'));
    expect(queries.at(-1)).toStrictEqual({ ...ofPackets, kind: 'packets' });
    await userEvent.click(kinds().getByLabelText('Capture'));
    expect(queries.at(-1)).toStrictEqual({ ...always, kind: 'capture', rowsKept: 70, columns: ['seen'] });
  });

  it.each(['histogram', 'constructor', 7])('stands a kind that is not known, such as %j', async (kind) => {
    const refuse = () => {
      throw new Error('kind: it takes packets or capture');
    };
    const { queries } = await openEditor({ kind: kind as QueryKind }, testDataSource({ columns: refuse }));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The columns could not be listed: kind: it takes packets or capture. A name can still be typed.'
    );
    kinds()
      .getAllByRole('radio')
      .forEach((option) => {
        expect(option).not.toBeChecked();
      });
    await userEvent.click(kinds().getByLabelText('Packets'));
    expect(queries).toStrictEqual([{ refId: 'A', kind: 'packets' }]);
  });
});
