import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import type { FilterVerdict } from '../../query/filterReading';
import { MEANING, recordedReading } from '../../testing/filterAnswers';
import { NOTHING_SEEN, WORDS } from '../../testing/filterWords';
import { layOutEverything } from '../../testing/layout';
import { FilterField } from '../FilterField';

const VOCABULARY = {
  words: WORDS,
  addresses: [{ text: '192.0.2.2', meaning: 'address of eth0' }],
  seen: {
    ...NOTHING_SEEN,
    hosts: [
      { text: '198.51.100.7', meaning: 'seen, 9 packets' },
      { text: '{203.0.113.1,2001:db8::1}', name: 'nas', meaning: 'nas; all its addresses' },
    ],
  },
};

beforeAll(layOutEverything);

/** The commits, where the field is opened in menus. */
async function open(
  value = '',
  verdict: FilterVerdict = { state: 'meaning', meaning: MEANING },
  isOfFlows = false,
  read = (filter: string, cursor?: number) => Promise.resolve(recordedReading(filter, cursor, verdict))
) {
  const commit = jest.fn();
  const outside: { set?: (filter: string) => void } = {};
  function Editor() {
    const [filter, setFilter] = useState(value);
    outside.set = setFilter;
    return (
      <FilterField
        id="filter"
        value={filter}
        isOfFlows={isOfFlows}
        vocabulary={VOCABULARY}
        read={read}
        onFocus={() => undefined}
        onCommit={(committed) => {
          commit(committed);
          setFilter(committed ?? '');
        }}
      />
    );
  }
  render(<Editor />);
  fireEvent.click(screen.getByLabelText('Menus'));
  await waitFor(() => {
    expect(screen.getByRole('group', { name: 'Filter' })).not.toHaveAttribute('aria-busy', 'true');
  });
  return {
    commit,
    set: (filter: string) => {
      act(() => {
        outside.set?.(filter);
      });
    },
  };
}

const part = (row: number, what: string): HTMLInputElement => screen.getByLabelText(`Condition ${row}: ${what}`);
const rows = () =>
  screen
    .getAllByLabelText(/^Condition \d+$/)
    .map((row) => [...row.querySelectorAll('input')].map((input) => input.value).join(' '));
const press = (name: string) => {
  fireEvent.click(screen.queryByText(name) ?? screen.getByLabelText(name));
};

async function choose(row: number, what: string, option: string) {
  fireEvent.click(part(row, what));
  fireEvent.click(await screen.findByText(option, { selector: '[role="option"] *' }));
  await act(() => Promise.resolve());
}

it('shows the conditions of the text, and changes nothing by that', async () => {
  const { commit } = await open('host (192.0.2.7 or 192.0.2.8) && !port 22 && ttl < 5 && inbound && not vlan');
  expect(rows()).toEqual([
    'Host is 192.0.2.7, 192.0.2.8',
    'Port is not 22',
    'TTL is less than 5',
    'Direction is Inbound',
    'VLAN is not there',
  ]);
  // Side by side, they are two groups.
  expect(screen.getByLabelText('All')).toBeChecked();
  expect(screen.getByLabelText('Menus')).toBeChecked();
  fireEvent.click(screen.getByLabelText('Text'));
  expect(screen.getByLabelText('Filter')).toHaveValue(
    'host (192.0.2.7 or 192.0.2.8) && !port 22 && ttl < 5 && inbound && not vlan'
  );
  expect(commit).not.toHaveBeenCalled();
});

it('begins with a condition that asks for nothing until it has a value', async () => {
  const { commit } = await open();
  expect(rows()).toEqual(['Host is ']);
  await userEvent.type(part(1, 'value'), '192.0.2.7, 192.0.2.8');
  expect(commit).not.toHaveBeenCalled();
  await userEvent.keyboard('{Enter}');
  expect(commit.mock.calls).toEqual([['host (192.0.2.7 or 192.0.2.8)']]);
  await userEvent.tab();
  expect(commit).toHaveBeenCalledTimes(1);
});

it.each(['Control', 'Meta'])('runs on %s-Enter', async (modifier) => {
  const { commit } = await open();
  await userEvent.type(part(1, 'value'), `1{${modifier}>}{Enter}{/${modifier}}`);
  expect(commit.mock.calls).toEqual([['host 1']]);
});

it('adds a condition, which runs once it is whole', async () => {
  const { commit } = await open('tcp');
  press('Add condition');
  expect(rows()).toEqual(['Protocol is tcp', 'Host is ']);
  expect(part(2, 'field')).toHaveFocus();
  await choose(2, 'field', 'Destination port');
  await choose(2, 'operator', 'is not');
  expect(commit).not.toHaveBeenCalled();
  await userEvent.type(part(2, 'value'), '22');
  await userEvent.tab();
  expect(commit.mock.calls).toEqual([['tcp and not dst port 22']]);
});

it('joins by any, where any is to do', async () => {
  const { commit } = await open('tcp and port 80 and not host $hosts');
  fireEvent.click(screen.getByLabelText('Any'));
  expect(commit.mock.calls).toEqual([['tcp or port 80 or not host $hosts']]);
});

it('removes a condition, and the filter with the last', async () => {
  const { commit } = await open('tcp and port 80');
  press('Remove condition 1');
  expect(rows()).toEqual(['Port is 80']);
  expect(screen.getByText('Add condition').closest('button')).toHaveFocus();
  press('Remove condition 1');
  expect(rows()).toEqual(['Host is ']);
  expect(commit.mock.calls).toEqual([['port 80'], [undefined]]);
});

it('waits for a value where another kind of thing is asked for', async () => {
  const { commit } = await open('host 192.0.2.7 and tcp');
  await choose(1, 'field', 'Source host');
  expect(commit.mock.calls).toEqual([['src host 192.0.2.7 and tcp']]);
  await choose(1, 'field', 'TCP flag');
  expect(rows()).toEqual(['TCP flag is set ', 'Protocol is tcp']);
  expect(commit).toHaveBeenCalledTimes(1);
  await userEvent.type(part(1, 'value'), 'syn fin{Enter}');
  expect(commit.mock.calls.at(-1)).toEqual(['tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and tcp']);
});

it('needs no value where there is none to give', async () => {
  const { commit } = await open('vlan 40');
  await choose(1, 'operator', 'is not there');
  expect(commit.mock.calls).toEqual([['not vlan']]);
  expect(screen.queryByLabelText('Condition 1: value')).toBeNull();
  await choose(1, 'operator', 'is');
  expect(commit).toHaveBeenCalledTimes(1);
});

it('has values to choose from, which run at once', async () => {
  const { commit } = await open('inbound');
  await choose(1, 'value', 'Outbound');
  expect(commit.mock.calls).toEqual([['outbound']]);
});

it('suggests values, shown by a click and taken by another', async () => {
  const { commit } = await open();
  await userEvent.click(part(1, 'value'));
  expect(screen.getAllByRole('option').map((option) => option.firstChild?.textContent)).toEqual([
    '198.51.100.7',
    '203.0.113.1, 2001:db8::1',
    '192.0.2.2',
  ]);
  await userEvent.click(screen.getByRole('option', { name: /198\.51\.100\.7/ }));
  expect(commit.mock.calls).toEqual([['host 198.51.100.7']]);
  await userEvent.type(part(1, 'value'), ', 192{ArrowDown}{ArrowDown}{Enter}');
  expect(commit.mock.calls.at(-1)).toEqual(['host (198.51.100.7 or 192.0.2.2)']);
});

it('writes all addresses of a host that is chosen by its name', async () => {
  const { commit } = await open();
  await userEvent.type(part(1, 'value'), 'nas{Tab}');
  expect(commit.mock.calls.at(-1)).toEqual(['host (203.0.113.1 or 2001:db8::1)']);
});

it('suggests names as one says them', async () => {
  const { commit } = await open('ether proto 0x88cc');
  await userEvent.clear(part(1, 'value'));
  await userEvent.type(part(1, 'value'), 'ar{Tab}');
  expect(commit.mock.calls.at(-1)).toEqual(['ether proto \\arp']);
  expect(part(1, 'value')).toHaveValue('arp');
});

it('runs with nothing that could be more than a value', async () => {
  const { commit } = await open('tcp and port 80');
  await userEvent.clear(part(2, 'value'));
  await userEvent.type(part(2, 'value'), '80) or (udp{Enter}');
  expect(commit).not.toHaveBeenCalled();
  expect(part(2, 'value')).toBeInvalid();
  expect(screen.getByRole('alert')).toHaveTextContent('"80)" is not a value');
  press('Remove condition 1');
  expect(commit).not.toHaveBeenCalled();
  await userEvent.clear(part(1, 'value'));
  await userEvent.type(part(1, 'value'), '443{Enter}');
  expect(commit.mock.calls).toEqual([['port 443']]);
});

it('marks the condition that the back end cannot take, and says why below', async () => {
  const text = 'tcp and port nosuch';
  const fault = { column: 14, length: 6, word: 'nosuch', message: 'expected a port' };
  await open(text, { state: 'fault', text, fault, isInterpolated: false });
  expect(await screen.findByText('expected a port')).toBeVisible();
  expect(part(1, 'value')).toBeValid();
  expect(part(2, 'value')).toBeInvalid();
  expect(part(2, 'value')).toHaveAccessibleDescription(/expected a port/);
});

it('says below what the filter means', async () => {
  await open('tcp');
  expect(await screen.findByText('Packets of the test.')).toBeVisible();
});

it('does not touch a filter that it cannot show, and offers the text', async () => {
  const { commit } = await open('ip[8] < 5 or (tcp and port 80)');
  expect(
    screen.getByText('The menus cannot show this filter: they have no such comparison. Edit it as text.')
  ).toBeVisible();
  expect(screen.queryByText('Add condition')).toBeNull();
  press('Edit as text');
  expect(screen.getByLabelText('Filter')).toHaveValue('ip[8] < 5 or (tcp and port 80)');
  expect(commit).not.toHaveBeenCalled();
});

it('follows a filter that comes from elsewhere', async () => {
  const { set } = await open('tcp');
  set('udp port 53 or 5353');
  expect(await screen.findByLabelText('Condition 2')).toBeVisible();
  expect(rows()).toEqual(['UDP port is 53', 'UDP port is 5353']);
});

it('writes a filter in its own words only where something changes', async () => {
  const { commit } = await open('udp port 53 or 5353');
  press('Add condition');
  press('Remove condition 3');
  expect(commit).not.toHaveBeenCalled();
  press('Remove condition 2');
  expect(commit.mock.calls).toEqual([['udp port 53']]);
});

it('offers of flows what they carry, and shows what is there besides', async () => {
  await open('ttl 1 and host 192.0.2.7', undefined, true);
  const offered = (row: number) => {
    fireEvent.click(part(row, 'field'));
    const labels = [...document.querySelectorAll('[role="option"]')].map((option) => option.textContent);
    fireEvent.blur(part(row, 'field'));
    return labels;
  };
  expect(offered(1)).toContain('TTL');
  expect(offered(2)).toEqual(expect.arrayContaining(['Host', 'VLAN', 'EtherType', 'Direction']));
  expect(offered(2)).not.toContain('TTL');
});

it('shows the text where the back end does not answer', async () => {
  const { commit } = await open('tcp', undefined, false, () => Promise.reject(new Error('the plugin is not there')));
  expect(
    await screen.findByText('The menus cannot show this filter: the back end did not answer. Edit it as text.')
  ).toBeVisible();
  press('Edit as text');
  expect(screen.getByLabelText('Filter')).toHaveValue('tcp');
  expect(commit).not.toHaveBeenCalled();
});
