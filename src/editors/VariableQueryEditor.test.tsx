import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import type { XdpVariableQuery } from '../query/variableQuery';
import { testDataSource } from '../testing/dataSource';
import { choose, setUpEditors } from '../testing/queryEditor';

import { VariableQueryEditor } from './VariableQueryEditor';

beforeAll(setUpEditors);

/** The queries after each change, of a variable whose query a dashboard has saved like this. */
async function open(saved: unknown): Promise<XdpVariableQuery[]> {
  const queries: XdpVariableQuery[] = [];
  const dataSource = testDataSource();
  function Variable() {
    const [query, setQuery] = useState(saved as XdpVariableQuery);
    return (
      <VariableQueryEditor
        datasource={dataSource}
        query={query}
        onRunQuery={() => undefined}
        onChange={(changed) => {
          queries.push(changed);
          setQuery(changed);
        }}
      />
    );
  }
  render(<Variable />);
  await screen.findByRole('radiogroup', { name: 'List' });
  return queries;
}

const lists = () => within(screen.getByRole('radiogroup', { name: 'List' }));

it.each(['interfaces', { refId: 'A', query: 'interfaces' }])(
  'shows %j, which may name some interfaces',
  async (saved) => {
    await open(saved);
    expect(lists().getByLabelText('Interfaces')).toBeChecked();
    expect(screen.getByLabelText('Interface')).toBeInTheDocument();
  }
);

it('shows the text of a dashboard of before in its fields, and changes it by them', async () => {
  const queries = await open('hosts(eth0)');
  expect(lists().getByLabelText('Hosts')).toBeChecked();
  expect(screen.getByText('eth0')).toBeVisible();
  expect(queries).toEqual([]);

  await userEvent.click(lists().getByLabelText('Ports'));
  await choose('Interface', '$interface');
  await userEvent.click(screen.getByRole('button', { name: 'Remove eth0' }));
  expect(queries).toEqual([
    { refId: 'A', query: 'ports(eth0)' },
    { refId: 'A', query: 'ports(eth0, $interface)' },
    { refId: 'A', query: 'ports($interface)' },
  ]);
});

it('takes every interface where none is named', async () => {
  await open({ refId: 'A', query: 'protocols' });
  expect(screen.getByLabelText('Interface')).toHaveAttribute('placeholder', 'all interfaces');
});

it('reports a text that it cannot read, until a list is chosen', async () => {
  const queries = await open('port(eth0)');
  expect(screen.getByRole('alert')).toHaveTextContent('XDP Live cannot list "port(eth0)" for a variable.');
  lists()
    .getAllByRole('radio')
    .forEach((list) => {
      expect(list).not.toBeChecked();
    });
  await userEvent.click(lists().getByLabelText('VLANs'));
  expect(queries).toEqual([{ refId: 'A', query: 'vlans' }]);
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});
