import { createTheme } from '@grafana/data';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { testDataSource } from '../testing/dataSource';
import { recordedAnswer } from '../testing/filterAnswers';
import { openEditor, setUpEditors } from '../testing/queryEditor';

beforeAll(setUpEditors);

describe('Filter', () => {
  const field = () => screen.getByLabelText('Filter');

  it("shows the query's text, monospaced, or an example of one", async () => {
    await openEditor({ filter: 'udp port 1900 and ttl 1' });
    expect(field()).toHaveValue('udp port 1900 and ttl 1');
    expect(field()).toHaveAttribute('placeholder', 'udp port 53 or host 192.0.2.1');
    expect(field()).toHaveStyle({ fontFamily: createTheme().typography.fontFamilyMonospace });
  });

  it('runs on Enter, not while typing', async () => {
    const { queries, run } = await openEditor({ kind: 'packets' });
    await userEvent.type(field(), ' udp port 53 ');
    expect(queries).toEqual([]);
    expect(run).not.toHaveBeenCalled();
    await userEvent.keyboard('{Enter}');
    expect(queries).toEqual([{ refId: 'A', kind: 'packets', filter: 'udp port 53' }]);
    await userEvent.tab();
    expect(run).toHaveBeenCalledTimes(1);
    expect(field()).toHaveValue('udp port 53');
  });

  it('runs when the field is left', async () => {
    const { queries, run } = await openEditor({ filter: 'tcp' });
    await userEvent.type(field(), ' and host $host');
    await userEvent.tab();
    expect(queries).toEqual([{ refId: 'A', filter: 'tcp and host $host' }]);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('does not run again for the same text', async () => {
    const { run } = await openEditor({ filter: 'tcp' });
    await userEvent.type(field(), ' {Enter}');
    expect(run).not.toHaveBeenCalled();
    expect(field()).toHaveValue('tcp');
  });

  it.each(['', '  '])('leaves the query when it is emptied to "%s"', async (text) => {
    const { queries, run } = await openEditor({ filter: 'tcp', limit: 50 });
    await userEvent.clear(field());
    await userEvent.type(field(), `${text}{Enter}`);
    expect(queries).toStrictEqual([{ refId: 'A', limit: 50 }]);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('has below it what it means to a query of this kind', async () => {
    const read = jest.fn(recordedAnswer);
    const { run } = await openEditor(
      { kind: 'rates', groupBy: 'vlan', filter: 'arp' },
      testDataSource({ filter: read })
    );
    expect(await screen.findByText('ARP packets.')).toBeVisible();
    expect(read.mock.calls).toEqual([[{ filter: 'arp', typed: 'arp', kind: 'rates', groupBy: 'vlan' }]]);
    expect(run).not.toHaveBeenCalled();
  });

  it("suggests the back end's words and the machine's addresses", async () => {
    await openEditor();
    await userEvent.type(field(), 'src ');
    expect(await screen.findByRole('option', { name: /192\.0\.2\.2.*address of eth0/ })).toBeVisible();
    await userEvent.type(field(), 'ho');
    expect(await screen.findByRole('option', { name: /^host.*packets to or from an address/ })).toBeVisible();
  });

  it('suggests what was seen, asked for when the field is entered and not at every key', async () => {
    const seen = jest.fn((parameters?: Record<string, unknown>) => ({
      values: parameters?.what === 'hosts' ? [{ value: '198.51.100.7', packets: 1_234 }] : [],
    }));
    await openEditor({ interfaces: ['eth1'] }, testDataSource({ seen }));
    expect(seen).not.toHaveBeenCalled();
    await userEvent.type(field(), 'src ');
    expect(await screen.findByRole('option', { name: /198\.51\.100\.7.*seen, 1,234 packets/ })).toBeVisible();
    await userEvent.tab();
    await userEvent.type(field(), 'host');
    expect(seen.mock.calls).toEqual([
      [{ what: 'hosts', interface: ['eth1'] }],
      [{ what: 'ports', interface: ['eth1'] }],
      [{ what: 'vlans', interface: ['eth1'] }],
      [{ what: 'protocols', interface: ['eth1'] }],
      // Of these nothing was seen there.
      [{ what: 'ports' }],
      [{ what: 'vlans' }],
      [{ what: 'protocols' }],
    ]);
  });

  it('suggests what was seen on the interface that a query without one watches', async () => {
    const seen = jest.fn((parameters?: Record<string, unknown>) => ({
      values: [{ value: String(parameters?.what), packets: 1 }],
    }));
    await openEditor({}, testDataSource({ seen }));
    await userEvent.type(field(), 'src ');
    expect(seen.mock.calls).toEqual(
      ['hosts', 'ports', 'vlans', 'protocols'].map((what) => [{ what, interface: ['eth0'] }])
    );
  });

  it('can be typed where nothing can be listed', async () => {
    const refuse = () => {
      throw new Error('no');
    };
    const { queries } = await openEditor({}, testDataSource({ seen: refuse, filter: refuse, 'filter/words': refuse }));
    await userEvent.type(field(), 'po{Tab}');
    expect(queries.at(-1)?.filter).toBe('po');
  });

  it('stays when something else changes', async () => {
    const { queries } = await openEditor({ filter: 'tcp' });
    await userEvent.click(screen.getByLabelText('Out'));
    expect(queries).toEqual([{ refId: 'A', filter: 'tcp', direction: 'out' }]);
  });
});
