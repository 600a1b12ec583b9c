import { connect } from 'net';

import { ask, choose } from './editor';
import { expect, test } from './made';

/** Nobody listens there. */
const CLOSED = 19;

/** Asks for connections that are refused, five a second. Returns what ends it. */
function knock(): () => void {
  const timer = setInterval(() => {
    const socket = connect(CLOSED, '127.0.0.1');
    socket.on('error', () => socket.destroy());
  }, 200);
  return () => {
    clearInterval(timer);
  };
}

test('refused connections are resets in a graph, once the measure is chosen', async ({ panelEditPage, page }) => {
  const end = knock();
  try {
    await ask(panelEditPage, page, 'Rates');
    await choose(page, 'Measure', 'Resets/s');
    await panelEditPage.toggleTableView();
    // The editor has chosen groups: they are counted by flows.
    await expect(page.getByText('refused', { exact: false })).toHaveCount(0);
    await expect(panelEditPage.panel.getErrorIcon()).toBeHidden();
    await expect(page.getByRole('columnheader', { name: /resets|in|out/ }).first()).toBeVisible();
    await expect(page.getByRole('gridcell', { name: /^[1-9][0-9.]* p\/s$/ }).first()).toBeVisible();
  } finally {
    end();
  }
});

test('conversations tell of refused connections', async ({ openTable, page }) => {
  const end = knock();
  try {
    await openTable(
      {
        kind: 'flows',
        since: 'start',
        filter: `tcp port ${CLOSED}`,
        columns: ['destination_port', 'resets', 'unanswered', 'quality_source'],
      },
      []
    );
    await expect(page.getByRole('gridcell', { name: String(CLOSED), exact: true }).first()).toBeVisible();
    const resets = page.getByRole('row').nth(1).getByRole('gridcell').nth(1);
    await expect(resets).toHaveText(/^[1-9]/);
  } finally {
    end();
  }
});
