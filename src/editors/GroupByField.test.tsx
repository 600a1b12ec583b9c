import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { testDataSource } from '../testing/dataSource';
import { recordedAnswer } from '../testing/filterAnswers';
import { choose, openEditor, setUpEditors } from '../testing/queryEditor';

beforeAll(setUpEditors);

describe('Group by', () => {
  it('is none at first, offered before all others', async () => {
    await openEditor({ kind: 'rates' });
    expect(screen.getByLabelText('Group by')).toHaveValue('None');
    await userEvent.click(screen.getByLabelText('Group by'));
    const offered = await screen.findAllByRole('option');
    expect(offered[0]).toHaveTextContent(/^None/);
    expect(offered).toHaveLength(19 + 3);
  });

  it('offers tunnels where they are looked into, and has none of them where that ends', async () => {
    const { queries } = await openEditor({ kind: 'rates', decapsulate: 'inner' });
    await userEvent.click(screen.getByLabelText('Group by'));
    expect(await screen.findAllByRole('option')).toHaveLength(19 + 2 + 3);
    await userEvent.click(screen.getByRole('option', { name: /^Tunnel id/ }));
    expect(queries.at(-1)).toStrictEqual({ refId: 'A', kind: 'rates', decapsulate: 'inner', groupBy: 'tunnel_id' });
    await userEvent.click(screen.getByRole('radio', { name: 'Outer headers' }));
    expect(queries.at(-1)).toStrictEqual({ refId: 'A', kind: 'rates' });
    expect(screen.getByLabelText('Group by')).toHaveValue('None');
  });

  it('offers dashboard variables', async () => {
    const { queries } = await openEditor({ kind: 'rates' });
    await choose('Group by', '$group');
    expect(queries).toStrictEqual([{ refId: 'A', kind: 'rates', groupBy: '$group' }]);
    expect(screen.getByLabelText('Group by')).toHaveValue('$group');
    expect(screen.getByLabelText('Top')).toBeVisible();
  });

  it('has a filter read for the group that the variable stands for', async () => {
    const read = jest.fn(recordedAnswer);
    await openEditor({ kind: 'rates', groupBy: '$group', filter: 'arp' }, testDataSource({ filter: read }));
    expect(await screen.findByText('ARP packets.')).toBeVisible();
    expect(read.mock.calls).toEqual([[{ filter: 'arp', typed: 'arp', kind: 'rates', groupBy: 'vlan' }]]);
  });

  it('groups by what is chosen, and asks how many groups then', async () => {
    const { queries, run } = await openEditor({ kind: 'rates' });
    expect(screen.queryByLabelText('Top')).not.toBeInTheDocument();
    await choose('Group by', /^TCP flag/);
    expect(queries).toStrictEqual([{ refId: 'A', kind: 'rates', groupBy: 'tcp_flag' }]);
    expect(run).toHaveBeenCalledTimes(1);
    expect(screen.getByLabelText('Top')).toHaveAttribute('placeholder', '10');
  });

  it('leaves the query when none is chosen', async () => {
    const { queries } = await openEditor({ kind: 'rates', groupBy: 'source', top: 5 });
    expect(screen.getByLabelText('Group by')).toHaveValue('Source');
    await choose('Group by', /^None/);
    expect(queries).toStrictEqual([{ refId: 'A', kind: 'rates' }]);
    await choose('Group by', /^VLAN/);
    expect(queries.at(-1)).toStrictEqual({ refId: 'A', kind: 'rates', groupBy: 'vlan', top: 5 });
  });
});
