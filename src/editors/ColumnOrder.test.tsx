import { createEvent, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { ColumnOrder } from './ColumnOrder';

const COLUMNS = ['time', 'ttl', 'vlan'];

function open() {
  const chosen: string[][] = [];
  render(
    <ColumnOrder
      columns={COLUMNS}
      onChange={(columns) => {
        chosen.push(columns);
      }}
    />
  );
  return chosen;
}

const column = (name: string) => {
  const items = within(screen.getByRole('list', { name: 'Order of the columns' })).getAllByRole('listitem');
  const found = items.find(({ textContent }) => textContent === name);
  if (found === undefined) {
    throw new Error(`${name} is not in the list`);
  }
  return found;
};

/** jsdom knows no DataTransfer. */
function drag(what: string, over: string) {
  const started = createEvent.dragStart(column(what));
  Object.defineProperty(started, 'dataTransfer', { value: {} });
  fireEvent(column(what), started);
  const isAllowed = !fireEvent.dragOver(column(over));
  fireEvent.drop(column(over));
  fireEvent.dragEnd(column(what));
  return isAllowed;
}

it('moves a column by its buttons', async () => {
  const chosen = open();
  await userEvent.click(screen.getByRole('button', { name: 'Move ttl to the left' }));
  await userEvent.click(screen.getByRole('button', { name: 'Move ttl to the right' }));
  expect(chosen).toEqual([
    ['ttl', 'time', 'vlan'],
    ['time', 'vlan', 'ttl'],
  ]);
});

it('moves none beyond an end', () => {
  open();
  expect(screen.getByRole('button', { name: 'Move time to the left' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'Move vlan to the right' })).toBeDisabled();
});

it('moves a column to where it is dropped', () => {
  const chosen = open();
  expect(drag('vlan', 'time')).toBe(true);
  expect(drag('time', 'ttl')).toBe(true);
  expect(drag('ttl', 'ttl')).toBe(true);
  expect(chosen).toEqual([
    ['vlan', 'time', 'ttl'],
    ['ttl', 'time', 'vlan'],
  ]);
});

it('takes nothing that comes from elsewhere', () => {
  const chosen = open();
  expect(fireEvent.dragOver(column('ttl'))).toBe(true);
  fireEvent.drop(column('ttl'));
  expect(chosen).toEqual([]);
});
