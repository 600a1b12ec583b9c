import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { testDataSource } from '../testing/dataSource';
import { choose, openEditor, setUpEditors } from '../testing/queryEditor';

beforeAll(setUpEditors);

it('names the default interface while none is chosen', async () => {
  await openEditor({ kind: 'packets' });
  expect(await screen.findByPlaceholderText('eth0 (default route)')).toBe(screen.getByLabelText('Interface'));
});

it('offers interfaces with state, driver and addresses', async () => {
  const { queries, run } = await openEditor({ kind: 'packets' });
  await choose('Interface', /eth0.*default route · up · virtio_net · 192\.0\.2\.2/);
  expect(queries).toEqual([{ refId: 'A', kind: 'packets', interfaces: ['eth0'] }]);
  expect(run).toHaveBeenCalledTimes(1);
});

it('offers dashboard variables', async () => {
  const { queries } = await openEditor({ kind: 'packets' });
  await choose('Interface', '$interface');
  expect(queries.at(-1)?.interfaces).toEqual(['$interface']);
});

it('takes the name of an interface that is not there yet', async () => {
  const { queries, run } = await openEditor({ kind: 'packets' });
  await userEvent.type(screen.getByLabelText('Interface'), 'tun7');
  expect(run).not.toHaveBeenCalled();
  await userEvent.click(await screen.findByRole('option', { name: /tun7/ }));
  expect(queries.at(-1)?.interfaces).toEqual(['tun7']);
});

it('says why a list is missing and still takes a name', async () => {
  const refuse = () => {
    throw new Error('Your role is Viewer; this data source asks for Editor');
  };
  const { queries } = await openEditor({ kind: 'packets' }, testDataSource({ interfaces: refuse }));
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'The interfaces could not be listed: Your role is Viewer; this data source asks for Editor. A name can still be typed.'
  );
  await userEvent.type(screen.getByLabelText('Interface'), 'eth0');
  await userEvent.click(await screen.findByRole('option', { name: /eth0/ }));
  expect(queries.at(-1)?.interfaces).toEqual(['eth0']);
});
