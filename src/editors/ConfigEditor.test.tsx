import type { HealthCheckResult } from '@grafana/runtime';
import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import type { XdpSettings } from '../settings/model';
import { setBackend, testDataSource } from '../testing/dataSource';
import { ILL, SETCAP, WELL } from '../testing/health';
import { layOutEverything } from '../testing/layout';
import { serverSettings } from '../testing/serverSettings';
import { settingsOf } from '../testing/settings';

import { ConfigEditor } from './ConfigEditor';

const settings = jest.fn<Promise<unknown>, []>();
const health = jest.fn<Promise<HealthCheckResult>, []>();

beforeAll(() => {
  layOutEverything();
  const dataSource = testDataSource({ settings });
  jest.spyOn(dataSource, 'callHealthCheck').mockImplementation(health);
  setBackend(dataSource);
});

beforeEach(() => {
  jest.clearAllMocks();
  answer(serverSettings());
});

/** What the back end answers, or fails with. */
function answer(server: unknown, healthOf: unknown = WELL): void {
  settings.mockImplementation(() => (server instanceof Error ? Promise.reject(server) : Promise.resolve(server)));
  health.mockImplementation(() =>
    healthOf instanceof Error ? Promise.reject(healthOf) : Promise.resolve(healthOf as HealthCheckResult)
  );
}

/** The help text of a field holds it. */
async function expectNote(label: RegExp, note: string): Promise<void> {
  await screen.findByText((_, element) => element?.textContent.endsWith(note) ?? false, { selector: 'label span' });
  expect(screen.getByLabelText(label)).toBeInTheDocument();
}

/** Opens the editor, with what it asks for answered: the settings after each change. */
async function openEditor(jsonData: XdpSettings = {}, readOnly = false, uid = 'uid-1'): Promise<XdpSettings[]> {
  const changes: XdpSettings[] = [];
  function Page() {
    const [options, setOptions] = useState({ ...settingsOf(jsonData, readOnly), uid });
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
  await act(async () => {
    render(<Page />);
    await Promise.resolve();
  });
  return changes;
}

it('shows the defaults of a new data source', async () => {
  await openEditor();
  expect(screen.getByLabelText(/^Hook for incoming packets/)).toHaveValue('Automatic');
  expect(screen.getByLabelText(/^Show own traffic/)).not.toBeChecked();
  expect(screen.getByLabelText(/^Allowed interfaces/)).toHaveValue('');
  expect(screen.getByLabelText(/^Minimum role/)).toHaveValue('Viewer');
  expect(screen.getByLabelText(/^Packets for services/)).not.toBeChecked();
  expect(screen.getByLabelText(/^Most rows per second/)).toHaveValue('');
});

it('shows what is stored', async () => {
  await openEditor({
    hook: 'tcx',
    showOwnTraffic: true,
    allowedInterfaces: ['eth0', 'wg*'],
    minimumRole: 'Editor',
    allowPacketsToServices: true,
    maxLimit: 500,
  });
  expect(screen.getByLabelText(/^Hook for incoming packets/)).toHaveValue('TCX');
  expect(screen.getByLabelText(/^Show own traffic/)).toBeChecked();
  expect(screen.getByLabelText(/^Allowed interfaces/)).toHaveValue('eth0\nwg*');
  expect(screen.getByLabelText(/^Minimum role/)).toHaveValue('Editor');
  expect(screen.getByLabelText(/^Packets for services/)).toBeChecked();
  expect(screen.getByLabelText(/^Most rows per second/)).toHaveValue('500');
});

it.each([
  [/^Hook for incoming packets/, /^Generic XDP/, { hook: 'xdp-generic' }],
  [/^Minimum role/, /^Admin/, { minimumRole: 'Admin' }],
])('stores the choice of %s', async (label, option, stored) => {
  const changes = await openEditor();
  await userEvent.click(screen.getByLabelText(label));
  await userEvent.click(await screen.findByRole('option', { name: option }));
  expect(changes).toEqual([stored]);
});

it('stores allowed interfaces as a list while they are typed', async () => {
  const changes = await openEditor();
  await userEvent.type(screen.getByLabelText(/^Allowed interfaces/), 'eth*{Enter}wg0, lo');
  expect(changes.at(-1)).toEqual({ allowedInterfaces: ['eth*', 'wg0', 'lo'] });
  await userEvent.clear(screen.getByLabelText(/^Allowed interfaces/));
  expect(changes.at(-1)?.allowedInterfaces).toBeUndefined();
});

it.each([
  [/^Show own traffic/, 'showOwnTraffic'],
  [/^Packets for services/, 'allowPacketsToServices'],
])('stores whether %s is on', async (label, key) => {
  const changes = await openEditor();
  await userEvent.click(screen.getByLabelText(label));
  await userEvent.click(screen.getByLabelText(label));
  expect(changes).toEqual([{ [key]: true }, { [key]: false }]);
});

it('can only be read where the data source is provisioned', async () => {
  await openEditor({}, true);
  [
    /^Hook for incoming packets/,
    /^Show own traffic/,
    /^Allowed interfaces/,
    /^Minimum role/,
    /^Packets for services/,
    /^Most rows per second/,
  ].forEach((label) => {
    expect(screen.getByLabelText(label)).toBeDisabled();
  });
  expect(screen.getByRole('status', { name: 'This data source is provisioned' })).toBeInTheDocument();
});

describe('the ceiling of rows', () => {
  const field = () => screen.getByLabelText(/^Most rows per second/);

  it('is stored when the field is left, and taken away when it is emptied', async () => {
    const changes = await openEditor();
    await userEvent.type(field(), '500{Tab}');
    expect(changes).toEqual([{ maxLimit: 500 }]);
    await userEvent.clear(field());
    await userEvent.tab();
    expect(changes.at(-1)?.maxLimit).toBeUndefined();
  });

  it('is not stored where it is wrong, and the field says why', async () => {
    answer(serverSettings({ max_limit: 800 }));
    const changes = await openEditor({ maxLimit: 7 });
    await expectNote(/^Most rows per second/, 'Bounded by max_limit = 800 in grafana.ini.');
    await userEvent.clear(field());
    await userEvent.type(field(), '801{Tab}');
    expect(screen.getByRole('alert')).toHaveTextContent(
      '"801" is not a whole number from 1 to 800, which is max_limit in grafana.ini. It is not saved.'
    );
    expect(field()).toHaveValue('801');
    expect(changes).toEqual([]);
  });
});

describe('what grafana.ini fixes', () => {
  it('is shown as fixed, or as a bound', async () => {
    answer(serverSettings({ hook: 'tcx', interfaces: ['eth*'], own_ports: [], watch: ['eth0'] }, ['x = "y" is wrong']));
    await openEditor();
    await expectNote(/^Hook for incoming packets/, 'Set to tcx for all data sources by hook in grafana.ini.');
    expect(screen.getByLabelText(/^Hook for incoming packets/)).toHaveValue('TCX');
    expect(screen.getByLabelText(/^Hook for incoming packets/)).toBeDisabled();
    expect(screen.getByLabelText(/^Show own traffic/)).toBeDisabled();
    await expectNote(
      /^Allowed interfaces/,
      'Bounded by interfaces in grafana.ini, which allows eth*: nothing beyond that can be watched.'
    );
    expect(screen.getByLabelText(/^Allowed interfaces/)).toBeEnabled();
    const listed = within(screen.getByRole('list', { name: 'Settings in grafana.ini' })).getAllByRole('listitem');
    expect(listed.map(({ textContent }) => textContent)).toEqual([
      'watch = eth0 interfaces that are counted from the start, whether anybody looks or not',
    ]);
    expect(screen.getByText('x = "y" is wrong. The default holds.')).toBeInTheDocument();
  });

  it('can be fixed where the data source contradicts it', async () => {
    answer(serverSettings({ hook: 'tcx' }));
    const changes = await openEditor({ hook: 'xdp-native' });
    expect(await screen.findByText(/^Choose Automatic or TCX: another hook is refused/)).toBeInTheDocument();
    await userEvent.click(screen.getByLabelText(/^Hook for incoming packets/));
    await userEvent.click(await screen.findByRole('option', { name: /^Automatic/ }));
    expect(changes).toEqual([{ hook: 'auto' }]);
    expect(screen.getByLabelText(/^Hook for incoming packets/)).toBeDisabled();
  });

  it('leaves the editor as it is where it cannot be looked up', async () => {
    answer(new Error('the role Viewer may not see packets'));
    await openEditor();
    expect(
      await screen.findByText('It could not be looked up: the role Viewer may not see packets')
    ).toBeInTheDocument();
    expect(screen.getByLabelText(/^Hook for incoming packets/)).toBeEnabled();
  });

  it('is not asked for before there is a data source to ask', async () => {
    await openEditor({}, false, '');
    expect(await screen.findByText('It could not be looked up: save the data source first')).toBeInTheDocument();
    expect(settings).not.toHaveBeenCalled();
    expect(health).not.toHaveBeenCalled();
  });
});

it('names the machine that answers', async () => {
  await openEditor();
  expect(await screen.findByText(/now answering: nas/)).toBeInTheDocument();
});

describe('the health', () => {
  const findings = async () => {
    const list = await screen.findByRole('list', { name: 'Checks' });
    return within(list).getAllByRole('listitem');
  };

  it('is shown check by check, with the interfaces', async () => {
    await openEditor();
    expect((await findings()).map(({ textContent }) => textContent)).toEqual(['ok kernel 6.12.0: XDP and TCX']);
    expect(screen.getByText('XDP Live is ready on nas. Watched now: eth0 in by tcx.')).toBeInTheDocument();
    const interfaces = within(screen.getByRole('list', { name: 'Interfaces' })).getAllByRole('listitem');
    expect(interfaces.map(({ textContent }) => textContent)).toEqual([
      'eth0 automatic: in by tcx (the device is virtual), out by tcx',
    ]);
  });

  it('has the commands to copy', async () => {
    const user = userEvent.setup();
    Object.defineProperty(window, 'isSecureContext', { value: true, configurable: true });
    answer(serverSettings(), ILL);
    await openEditor();
    const [, , rights] = await findings();
    expect(rights).toHaveTextContent(`What to do: ${SETCAP}, then restart Grafana`);
    await user.click(screen.getByRole('button', { name: `Copy the command ${SETCAP}` }));
    expect(await navigator.clipboard.readText()).toBe(SETCAP);
  });

  it('is looked at again when one asks', async () => {
    await openEditor();
    await findings();
    answer(serverSettings(), ILL);
    await userEvent.click(screen.getByRole('button', { name: 'Check now' }));
    expect(await screen.findByText('XDP Live is not ready on nas.')).toBeInTheDocument();
    expect(health).toHaveBeenCalledTimes(2);
    expect(settings).toHaveBeenCalledTimes(1);
  });

  it('that cannot be checked is one sentence', async () => {
    answer(serverSettings(), new Error('no network'));
    await openEditor();
    expect(await screen.findByText('The health could not be checked: no network')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Check now' })).toBeEnabled();
  });
});
