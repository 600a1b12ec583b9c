import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { figure } from '../locale/figures';
import { testDataSource } from '../testing/dataSource';
import { openEditor, setUpEditors } from '../testing/queryEditor';
import { serverSettings } from '../testing/serverSettings';

beforeAll(setUpEditors);

it('takes a variable for a number', async () => {
  const { queries } = await openEditor({ kind: 'packets' });
  const limit = screen.getByTestId('xdplive-query-limit');
  await userEvent.clear(limit);
  await userEvent.type(limit, '$rate{Enter}');
  expect(queries).toStrictEqual([{ refId: 'A', kind: 'packets', limit: '$rate' }]);
  await userEvent.clear(limit);
  await userEvent.type(limit, 'rate{Enter}');
  expect(limit).toHaveAttribute('aria-invalid', 'true');
  expect(queries).toHaveLength(1);
});

it('reads an interval in ms', async () => {
  await openEditor({ kind: 'capture' });
  expect(screen.getByTestId('xdplive-query-interval')).toBe(screen.getByLabelText('Interval'));
  expect(screen.getByText('ms')).toBeVisible();
});

describe.each([
  ['Rows per second', 'packets', 'limit', 1, 10_000],
  ['Rows kept', 'packets', 'rowsKept', 1, 50_000],
  ['Interval', 'capture', 'interval', 100, 60_000],
  ['Interval', 'flows', 'interval', 100, 60_000],
  ['Top', 'flows', 'top', 1, 100],
] as const)('%s of %s', (label, kind, key, minimum, maximum) => {
  const fallback = key === 'top' ? 10 : 1_000;
  const some = Math.min(maximum - 1, 250);

  async function type(text: string) {
    await userEvent.clear(screen.getByLabelText(label));
    await userEvent.type(screen.getByLabelText(label), text);
  }

  it('runs on Enter, not while typing', async () => {
    const { queries, run } = await openEditor({ kind });
    await type(String(some));
    expect(run).not.toHaveBeenCalled();
    await userEvent.keyboard('{Enter}');
    expect(queries).toEqual([{ refId: 'A', kind, [key]: some }]);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it.each(['Control', 'Meta'])('runs on %s-Enter', async (modifier) => {
    const { queries } = await openEditor({ kind });
    await type(`${some}{${modifier}>}{Enter}{/${modifier}}`);
    expect(queries).toEqual([{ refId: 'A', kind, [key]: some }]);
  });

  it('takes digits in groups, as the field shows them', async () => {
    const { queries } = await openEditor({ kind });
    await type(`${figure(maximum)}{Enter}`);
    expect(queries).toEqual([{ refId: 'A', kind, [key]: maximum }]);
    expect(screen.getByLabelText(label)).toHaveValue(figure(maximum));
  });

  it('runs when the field is left', async () => {
    const { queries } = await openEditor({ kind });
    await type(String(maximum));
    await userEvent.tab();
    expect(queries).toEqual([{ refId: 'A', kind, [key]: maximum }]);
  });

  it('does not run again for the same number', async () => {
    const { run } = await openEditor({ kind, [key]: some });
    await type(`${some}{Enter}`);
    expect(run).not.toHaveBeenCalled();
  });

  it('leaves the query when it is emptied, and shows the default', async () => {
    const { queries } = await openEditor({ kind, [key]: some });
    await userEvent.clear(screen.getByLabelText(label));
    await userEvent.tab();
    expect(queries).toStrictEqual([{ refId: 'A', kind }]);
    expect(screen.getByLabelText(label)).toHaveValue('');
    expect(screen.getByLabelText(label)).toHaveAttribute('placeholder', figure(fallback));
  });

  it('does not run again where it was empty', async () => {
    const { run } = await openEditor({ kind });
    await type(' {Enter}');
    expect(run).not.toHaveBeenCalled();
  });

  it.each([String(minimum - 1), '1.5', '-3', 'many', String(maximum + 1)])(
    'refuses "%s" and says what is allowed',
    async (text) => {
      const { run } = await openEditor({ kind });
      await type(`${text}{Enter}`);
      expect(screen.getByRole('alert')).toHaveTextContent(
        `"${text}" is not a whole number from ${figure(minimum)} to ${figure(maximum)}. The panel still uses ${figure(fallback)}.`
      );
      expect(run).not.toHaveBeenCalled();
    }
  );
});

describe('Rows per second', () => {
  const field = () => screen.getByLabelText('Rows per second');
  const under = (max_limit: number | null, maxLimit?: number) =>
    testDataSource({ settings: () => serverSettings({ max_limit }) }, { maxLimit });

  it.each([
    [500, undefined, 500, '500'],
    [2_000, 50, 50, '50'],
    [50_000, undefined, 50_000, '1,000'],
    [null, undefined, 4_294_967_295, '1,000'],
  ])('under max_limit %j and maxLimit %j go up to %j, with a default of %s', async (server, own, most, fallback) => {
    const { queries } = await openEditor({ kind: 'packets' }, under(server, own));
    await waitFor(() => {
      expect(field()).toHaveAttribute('placeholder', fallback);
    });
    await userEvent.type(field(), `${most + 1}{Enter}`);
    expect(screen.getByRole('alert')).toHaveTextContent(
      `"${most + 1}" is not a whole number from 1 to ${figure(most)}. The panel still uses ${fallback}.`
    );
    await userEvent.clear(field());
    await userEvent.type(field(), `${most}{Enter}`);
    expect(queries).toStrictEqual([{ refId: 'A', kind: 'packets', limit: most }]);
  });

  it('stay as they were saved, also above the ceiling', async () => {
    const { queries } = await openEditor({ limit: 1_000 }, under(500));
    await userEvent.click(screen.getByLabelText('Out'));
    expect(field()).toHaveValue('1,000');
    expect(queries).toStrictEqual([{ refId: 'A', limit: 1_000, direction: 'out' }]);
  });

  it('go up to the default of the ceiling where that is not known', async () => {
    const refuse = () => {
      throw new Error('no');
    };
    await openEditor({ kind: 'packets' }, testDataSource({ settings: refuse }));
    await userEvent.type(field(), '10001{Enter}');
    expect(screen.getByRole('alert')).toHaveTextContent('from 1 to 10,000. The panel still uses 1,000.');
  });
});
