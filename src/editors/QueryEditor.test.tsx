import {
  createTheme,
  getDefaultTimeRange,
  LoadingState,
  type DataQueryRequest,
  type PanelData,
  type ScopedVars,
} from '@grafana/data';
import { setTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import type { QueryKind, XdpQuery } from '../query/model';
import { testDataSource } from '../testing/dataSource';
import { layOutEverything } from '../testing/layout';
import { serverSettings } from '../testing/serverSettings';

import { QueryEditor } from './QueryEditor';

beforeAll(() => {
  const variables = ['interface', 'columns', 'group'].map((name) => ({ name, type: 'query' }));
  const replace = (text = '', scopedVars: ScopedVars = {}) => {
    const own: unknown = scopedVars.interface?.value;
    return text.replace('$interface', typeof own === 'string' ? own : 'eth1').replace('$group', 'vlan');
  };
  setTemplateSrv({ getVariables: () => variables, replace } as unknown as TemplateSrv);
  layOutEverything();
});

interface Editor {
  /** The query after each change. */
  queries: XdpQuery[];
  run: jest.Mock;
}

/** What the editor is told of a panel that ran a request with these traits. */
function panelData(request: Partial<DataQueryRequest<XdpQuery>>): PanelData {
  const timeRange = getDefaultTimeRange();
  return { state: LoadingState.Streaming, series: [], timeRange, request: request as DataQueryRequest<XdpQuery> };
}

async function openEditor(
  query: Partial<XdpQuery> = {},
  dataSource = testDataSource(),
  data?: PanelData
): Promise<Editor> {
  const editor: Editor = { queries: [], run: jest.fn() };
  function Panel() {
    const [current, setCurrent] = useState<XdpQuery>({ refId: 'A', ...query });
    return (
      <QueryEditor
        datasource={dataSource}
        query={current}
        data={data}
        onChange={(changed) => {
          editor.queries.push(changed);
          setCurrent(changed);
        }}
        onRunQuery={editor.run}
      />
    );
  }
  render(<Panel />);
  await screen.findByLabelText('Interface');
  // Lists arrive after the first paint.
  await Promise.resolve();
  return editor;
}

async function choose(label: string, option: RegExp | string) {
  await userEvent.click(screen.getByLabelText(label));
  await userEvent.click(await screen.findByRole('option', { name: option }));
}

it("shows the query's values, and the defaults where it has none", async () => {
  await openEditor({ interfaces: ['eth0'], columns: ['ttl'], limit: 50 });
  expect(screen.getByText('eth0')).toBeVisible();
  expect(screen.getByText('ttl')).toBeVisible();
  expect(screen.getByLabelText('Rows per second')).toHaveValue('50');
  expect(screen.getByLabelText('Rows kept')).toHaveValue('');
  expect(screen.getByLabelText('Rows kept')).toHaveAttribute('placeholder', '1000');
  expect(within(screen.getByRole('radiogroup', { name: 'Direction' })).getByLabelText('Both')).toBeChecked();
});

it('names the default interface while none is chosen', async () => {
  await openEditor();
  expect(await screen.findByPlaceholderText('eth0 (default route)')).toBe(screen.getByLabelText('Interface'));
});

it('offers interfaces with state, driver and addresses', async () => {
  const { queries, run } = await openEditor();
  await choose('Interface', /eth0.*default route · up · virtio_net · 192\.0\.2\.2/);
  expect(queries).toEqual([{ refId: 'A', interfaces: ['eth0'] }]);
  expect(run).toHaveBeenCalledTimes(1);
});

it('offers dashboard variables', async () => {
  const { queries } = await openEditor();
  await choose('Interface', '$interface');
  expect(queries.at(-1)?.interfaces).toEqual(['$interface']);
});

it('takes the name of an interface that is not there yet', async () => {
  const { queries, run } = await openEditor();
  await userEvent.type(screen.getByLabelText('Interface'), 'tun7');
  expect(run).not.toHaveBeenCalled();
  await userEvent.click(await screen.findByRole('option', { name: /tun7/ }));
  expect(queries.at(-1)?.interfaces).toEqual(['tun7']);
});

it('keeps columns in the order in which they are chosen', async () => {
  const { queries } = await openEditor();
  await choose('Columns', /^vlan/);
  await userEvent.click(await screen.findByRole('option', { name: /^time/ }));
  expect(queries.at(-1)?.columns).toEqual(['vlan', 'time']);
});

it('offers dashboard variables among the columns, after those of the kind', async () => {
  const { queries } = await openEditor({ columns: ['ttl'] });
  await userEvent.click(screen.getByLabelText('Columns'));
  const offered = await screen.findAllByRole('option');
  expect(offered.slice(-3).map(({ textContent }) => textContent)).toEqual(['$interface', '$columns', '$group']);
  await userEvent.click(screen.getByRole('option', { name: '$columns' }));
  expect(queries.at(-1)?.columns).toEqual(['ttl', '$columns']);
});

it('changes the direction', async () => {
  const { queries, run } = await openEditor();
  await userEvent.click(screen.getByLabelText('Out'));
  expect(queries).toEqual([{ refId: 'A', direction: 'out' }]);
  expect(run).toHaveBeenCalledTimes(1);
});

describe('Filter', () => {
  const field = () => screen.getByLabelText('Filter');

  it("shows the query's text, monospaced, or an example of one", async () => {
    await openEditor({ filter: 'udp port 1900 and ttl 1' });
    expect(field()).toHaveValue('udp port 1900 and ttl 1');
    expect(field()).toHaveAttribute('placeholder', 'udp port 53 or host 192.0.2.1');
    expect(field()).toHaveStyle({ fontFamily: createTheme().typography.fontFamilyMonospace });
  });

  it('runs on Enter, not while typing', async () => {
    const { queries, run } = await openEditor();
    await userEvent.type(field(), ' udp port 53 ');
    expect(queries).toEqual([]);
    expect(run).not.toHaveBeenCalled();
    await userEvent.keyboard('{Enter}');
    expect(queries).toEqual([{ refId: 'A', filter: 'udp port 53' }]);
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
    const read = jest.fn(() => ({ canonical: 'arp', meaning: 'ARP packets', terms: 1 }));
    const { run } = await openEditor(
      { kind: 'rates', groupBy: 'vlan', filter: 'arp' },
      testDataSource({ filter: read })
    );
    expect(await screen.findByText('ARP packets.')).toBeVisible();
    expect(read.mock.calls).toEqual([[{ filter: 'arp', kind: 'rates', groupBy: 'vlan' }]]);
    expect(run).not.toHaveBeenCalled();
  });

  it("suggests the back end's words and the machine's addresses", async () => {
    await openEditor();
    await userEvent.type(field(), 'src ');
    expect(await screen.findByRole('option', { name: /192\.0\.2\.2.*address of eth0/ })).toBeVisible();
    await userEvent.type(field(), 'ho');
    expect(screen.getByRole('option', { name: /^host.*packets to or from an address/ })).toBeVisible();
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
    const { queries } = await openEditor({}, testDataSource({ seen: refuse, 'filter/words': refuse }));
    await userEvent.type(field(), 'po{Tab}');
    expect(queries.at(-1)?.filter).toBe('po');
  });

  it('stays when something else changes', async () => {
    const { queries } = await openEditor({ filter: 'tcp' });
    await userEvent.click(screen.getByLabelText('Out'));
    expect(queries).toEqual([{ refId: 'A', filter: 'tcp', direction: 'out' }]);
  });
});

describe('Show', () => {
  const kinds = () => within(screen.getByRole('radiogroup', { name: 'Show' }));
  const labels = ['Filter', 'Group by', 'Rows per second', 'Top', 'Interval', 'Rows kept'];
  const choices = ['Since', 'Measure'];
  const shown = () => [
    ...labels.filter((label) => screen.queryByLabelText(label) !== null),
    ...choices.filter((name) => screen.queryByRole('radiogroup', { name }) !== null),
  ];

  it.each([
    ['packets', 'Packets', ['Filter', 'Rows per second', 'Rows kept']],
    [undefined, 'Packets', ['Filter', 'Rows per second', 'Rows kept']],
    ['rates', 'Rates', ['Filter', 'Group by', 'Interval', 'Measure']],
    ['flows', 'Flows', ['Filter', 'Top', 'Interval', 'Since']],
    ['capture', 'Capture', ['Interval', 'Rows kept']],
  ] as const)('has for %s the fields that matter', async (kind, label, fields) => {
    await openEditor({ kind });
    expect(kinds().getByLabelText(label)).toBeChecked();
    expect(shown()).toEqual(fields);
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

it('asks for rates by their measure', async () => {
  const { queries } = await openEditor({ kind: 'rates' });
  const measures = within(screen.getByRole('radiogroup', { name: 'Measure' }));
  expect(measures.getByLabelText('Packets/s')).toBeChecked();
  await userEvent.click(measures.getByLabelText('Bits/s'));
  expect(queries.at(-1)).toStrictEqual({ refId: 'A', kind: 'rates', measure: 'bits' });
});

it('takes rates without columns for time series, and with them for counts, which have no measure', async () => {
  const { queries } = await openEditor({ kind: 'rates', measure: 'bits' });
  expect(screen.getByLabelText('Columns')).toHaveAttribute('placeholder', 'time series');
  expect(screen.getByRole('radiogroup', { name: 'Measure' })).toBeVisible();
  await choose('Columns', /^packets/);
  expect(queries.at(-1)).toStrictEqual({ refId: 'A', kind: 'rates', measure: 'bits', columns: ['packets'] });
  expect(screen.queryByRole('radiogroup', { name: 'Measure' })).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Remove packets' }));
  expect(within(screen.getByRole('radiogroup', { name: 'Measure' })).getByLabelText('Bits/s')).toBeChecked();
});

it.each(['packets', 'flows', 'capture'] as const)(
  'takes %s without columns for those with all of them',
  async (kind) => {
    await openEditor({ kind });
    expect(screen.getByLabelText('Columns')).toHaveAttribute('placeholder', 'all columns');
  }
);

describe('Group by', () => {
  it('is none at first, offered before all others', async () => {
    await openEditor({ kind: 'rates' });
    expect(screen.getByLabelText('Group by')).toHaveValue('None');
    await userEvent.click(screen.getByLabelText('Group by'));
    const offered = await screen.findAllByRole('option');
    expect(offered[0]).toHaveTextContent(/^None/);
    expect(offered).toHaveLength(12 + 3);
  });

  it('offers dashboard variables', async () => {
    const { queries } = await openEditor({ kind: 'rates' });
    await choose('Group by', '$group');
    expect(queries).toStrictEqual([{ refId: 'A', kind: 'rates', groupBy: '$group' }]);
    expect(screen.getByLabelText('Group by')).toHaveValue('$group');
    expect(screen.getByLabelText('Top')).toBeVisible();
  });

  it('has a filter read for the group that the variable stands for', async () => {
    const read = jest.fn(() => ({ canonical: 'arp', meaning: 'ARP packets', terms: 1 }));
    await openEditor({ kind: 'rates', groupBy: '$group', filter: 'arp' }, testDataSource({ filter: read }));
    expect(await screen.findByText('ARP packets.')).toBeVisible();
    expect(read.mock.calls).toEqual([[{ filter: 'arp', kind: 'rates', groupBy: 'vlan' }]]);
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

it('asks for flows of the last interval, or of all the time', async () => {
  const { queries } = await openEditor({ kind: 'flows' });
  const since = within(screen.getByRole('radiogroup', { name: 'Since' }));
  expect(since.getByLabelText('Last interval')).toBeChecked();
  await userEvent.click(since.getByLabelText('Start'));
  expect(queries).toStrictEqual([{ refId: 'A', kind: 'flows', since: 'start' }]);
});

/** The query of the file that the editor offers. */
function queryOfFile(): unknown {
  const link = screen.getByRole('link', { name: /pcapng/ });
  return JSON.parse(new URL(link.getAttribute('href') ?? '', 'http://grafana').searchParams.get('query') ?? '');
}

it('offers the packets of the query as a file, narrowed by the ad hoc filters that the panel ran with', async () => {
  const filters = [{ key: 'source_ip', operator: '=', value: '192.0.2.7' }];
  await openEditor({ filter: 'udp or tcp' }, testDataSource(), panelData({ filters }));
  expect(queryOfFile()).toMatchObject({ filter: '(udp or tcp) and src host 192.0.2.7' });
});

it('takes a variable for a number', async () => {
  const { queries } = await openEditor();
  const limit = screen.getByTestId('xdplive-query-limit');
  await userEvent.clear(limit);
  await userEvent.type(limit, '$rate{Enter}');
  expect(queries).toStrictEqual([{ refId: 'A', limit: '$rate' }]);
  await userEvent.clear(limit);
  await userEvent.type(limit, 'rate{Enter}');
  expect(limit).toHaveAttribute('aria-invalid', 'true');
  expect(queries).toHaveLength(1);
});

it('offers the packets of the interface that a repeated panel is of', async () => {
  const scopedVars = { interface: { text: 'wg0', value: 'wg0' } };
  await openEditor({ interfaces: ['$interface'] }, testDataSource(), panelData({ scopedVars }));
  expect(queryOfFile()).toMatchObject({ interfaces: ['wg0'] });
});

it('offers no file where an ad hoc filter cannot be had, as the panel shows nothing then', async () => {
  await openEditor({}, testDataSource(), panelData({ filters: [{ key: 'length', operator: '=', value: '60' }] }));
  expect(screen.getByTestId('xdplive-query-pcapng')).not.toHaveAttribute('href');
});

it('offers the packets of the query as a file, and of other kinds none', async () => {
  await openEditor({ interfaces: ['eth1'], filter: 'udp' });
  expect(queryOfFile()).toMatchObject({ interfaces: ['eth1'], filter: 'udp' });
  await userEvent.click(screen.getByRole('radio', { name: 'Rates' }));
  expect(screen.queryByRole('link', { name: /pcapng/ })).toBeNull();
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
    expect(screen.getByLabelText(label)).toHaveAttribute('placeholder', String(fallback));
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
        `"${text}" is not a whole number from ${minimum} to ${maximum}. The panel still uses ${fallback}.`
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
    [50_000, undefined, 50_000, '1000'],
    [null, undefined, 4_294_967_295, '1000'],
  ])('under max_limit %j and maxLimit %j go up to %j, with a default of %s', async (server, own, most, fallback) => {
    const { queries } = await openEditor({}, under(server, own));
    await waitFor(() => {
      expect(field()).toHaveAttribute('placeholder', fallback);
    });
    await userEvent.type(field(), `${most + 1}{Enter}`);
    expect(screen.getByRole('alert')).toHaveTextContent(
      `"${most + 1}" is not a whole number from 1 to ${most}. The panel still uses ${fallback}.`
    );
    await userEvent.clear(field());
    await userEvent.type(field(), `${most}{Enter}`);
    expect(queries).toStrictEqual([{ refId: 'A', limit: most }]);
  });

  it('stay as they were saved, also above the ceiling', async () => {
    const { queries } = await openEditor({ limit: 1_000 }, under(500));
    await userEvent.click(screen.getByLabelText('Out'));
    expect(field()).toHaveValue('1000');
    expect(queries).toStrictEqual([{ refId: 'A', limit: 1_000, direction: 'out' }]);
  });

  it('go up to the default of the ceiling where that is not known', async () => {
    const refuse = () => {
      throw new Error('no');
    };
    await openEditor({}, testDataSource({ settings: refuse }));
    await userEvent.type(field(), '10001{Enter}');
    expect(screen.getByRole('alert')).toHaveTextContent('from 1 to 10000. The panel still uses 1000.');
  });
});

it('says why a list is missing and still takes a name', async () => {
  const refuse = () => {
    throw new Error('Your role is Viewer; this data source asks for Editor');
  };
  const { queries } = await openEditor({}, testDataSource({ interfaces: refuse }));
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'The interfaces could not be listed: Your role is Viewer; this data source asks for Editor. A name can still be typed.'
  );
  await userEvent.type(screen.getByLabelText('Interface'), 'eth0');
  await userEvent.click(await screen.findByRole('option', { name: /eth0/ }));
  expect(queries.at(-1)?.interfaces).toEqual(['eth0']);
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
