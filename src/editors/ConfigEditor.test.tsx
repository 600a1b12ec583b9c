import type { DataSourceSettings } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import pluginJson from '../../plugin.json';
import type { XdpSettings } from '../settings/model';
import { layOutEverything } from '../testing/layout';

import { ConfigEditor } from './ConfigEditor';

beforeAll(layOutEverything);

function settings(jsonData: XdpSettings, readOnly: boolean): DataSourceSettings<XdpSettings> {
  return {
    id: 1,
    uid: 'uid-1',
    orgId: 1,
    name: pluginJson.name,
    type: pluginJson.id,
    typeName: pluginJson.name,
    typeLogoUrl: '',
    access: 'proxy',
    url: '',
    user: '',
    database: '',
    basicAuth: false,
    basicAuthUser: '',
    isDefault: false,
    secureJsonFields: {},
    withCredentials: false,
    jsonData,
    readOnly,
  };
}

/** The settings after each change. */
function openEditor(jsonData: XdpSettings = {}, readOnly = false): XdpSettings[] {
  const changes: XdpSettings[] = [];
  function Page() {
    const [options, setOptions] = useState(settings(jsonData, readOnly));
    return (
      <ConfigEditor
        options={options}
        onOptionsChange={(changed) => {
          changes.push(changed.jsonData);
          setOptions(changed);
        }}
      />
    );
  }
  render(<Page />);
  return changes;
}

it('shows the defaults of a new data source', () => {
  openEditor();
  expect(screen.getByLabelText(/^Hook for incoming packets/)).toHaveValue('Automatic');
  expect(screen.getByLabelText(/^Show own traffic/)).not.toBeChecked();
  expect(screen.getByLabelText(/^Allowed interfaces/)).toHaveValue('');
  expect(screen.getByLabelText(/^Minimum role/)).toHaveValue('Viewer');
  expect(screen.getByLabelText(/^Packets for services/)).not.toBeChecked();
});

it('shows what is stored', () => {
  openEditor({
    hook: 'tcx',
    showOwnTraffic: true,
    allowedInterfaces: ['eth0', 'wg*'],
    minimumRole: 'Editor',
    allowPacketsToServices: true,
  });
  expect(screen.getByLabelText(/^Hook for incoming packets/)).toHaveValue('TCX');
  expect(screen.getByLabelText(/^Show own traffic/)).toBeChecked();
  expect(screen.getByLabelText(/^Allowed interfaces/)).toHaveValue('eth0\nwg*');
  expect(screen.getByLabelText(/^Minimum role/)).toHaveValue('Editor');
  expect(screen.getByLabelText(/^Packets for services/)).toBeChecked();
});

it.each([
  [/^Hook for incoming packets/, /^Generic XDP/, { hook: 'xdp-generic' }],
  [/^Minimum role/, /^Admin/, { minimumRole: 'Admin' }],
])('stores the choice of %s', async (label, option, stored) => {
  const changes = openEditor();
  await userEvent.click(screen.getByLabelText(label));
  await userEvent.click(await screen.findByRole('option', { name: option }));
  expect(changes).toEqual([stored]);
});

it('stores allowed interfaces as a list while they are typed', async () => {
  const changes = openEditor();
  await userEvent.type(screen.getByLabelText(/^Allowed interfaces/), 'eth*{Enter}wg0, lo');
  expect(changes.at(-1)).toEqual({ allowedInterfaces: ['eth*', 'wg0', 'lo'] });
  await userEvent.clear(screen.getByLabelText(/^Allowed interfaces/));
  expect(changes.at(-1)?.allowedInterfaces).toBeUndefined();
});

it.each([
  [/^Show own traffic/, 'showOwnTraffic'],
  [/^Packets for services/, 'allowPacketsToServices'],
])('stores whether %s is on', async (label, key) => {
  const changes = openEditor();
  await userEvent.click(screen.getByLabelText(label));
  await userEvent.click(screen.getByLabelText(label));
  expect(changes).toEqual([{ [key]: true }, { [key]: false }]);
});

it('can only be read where the data source is provisioned', () => {
  openEditor({}, true);
  [
    /^Hook for incoming packets/,
    /^Show own traffic/,
    /^Allowed interfaces/,
    /^Minimum role/,
    /^Packets for services/,
  ].forEach((label) => {
    expect(screen.getByLabelText(label)).toBeDisabled();
  });
});
