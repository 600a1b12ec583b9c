import { randomUUID } from 'crypto';

import { type DashboardPage, expect, test as base } from '@grafana/plugin-e2e';

import pluginJson from '../../src/plugin.json';

import { talk } from './conversation';
import { sendTo } from './datagrams';
import { DATA_SOURCE, INTERFACE } from './here';
import { makeLink, type Link } from './link';

const datasource = { type: pluginJson.id, uid: DATA_SOURCE.uid };

interface Made {
  /** Opens a dashboard that is gone after the test: one table of packets, or another panel, these variables, and more. */
  openTable: (
    query: Record<string, unknown>,
    variables: Array<Record<string, unknown>>,
    panel?: Record<string, unknown>,
    dashboard?: Record<string, unknown>
  ) => Promise<DashboardPage>;
  /** Has datagrams sent to UDP ports of this machine, from one of its own or any, as long as the test goes on. */
  sendDatagrams: (ports: number[], from?: number) => void;
  /** Has two sockets of this machine talk over TCP, as long as the test goes on. Without root, the test is skipped. */
  converse: () => Promise<void>;
  /** A link between two interfaces that are gone after the test. Without root, the test is skipped. */
  link: Link;
}

/** Tests that need more than what is provisioned. */
export const test = base.extend<Made>({
  openTable: async ({ request, gotoDashboardPage }, use) => {
    const uid = randomUUID();
    await use(async (query, variables, panel = {}, more = {}) => {
      const dashboard = {
        uid,
        title: `Made for a test, ${uid}`,
        time: { from: 'now-1m', to: 'now' },
        templating: { list: variables.map((variable) => ({ datasource, ...variable })) },
        panels: [
          {
            id: 1,
            type: 'table',
            title: 'Packets',
            datasource,
            gridPos: { x: 0, y: 0, w: 24, h: 20 },
            targets: [{ refId: 'A', datasource, kind: 'packets', interfaces: [INTERFACE], ...query }],
            fieldConfig: { defaults: { custom: { filterable: true } }, overrides: [] },
            ...panel,
          },
        ],
        ...more,
      };
      await expect(await request.post('/api/dashboards/db', { data: { dashboard } })).toBeOK();
      return gotoDashboardPage({ uid });
    });
    await request.delete(`/api/dashboards/uid/${uid}`);
  },
  sendDatagrams: async ({}, use) => {
    const ends: Array<() => void> = [];
    await use((ports, from) => ends.push(sendTo(ports, from)));
    for (const end of ends) {
      end();
    }
  },
  converse: async ({}, use) => {
    base.skip(process.getuid?.() !== 0, 'Only root can have another user listen.');
    const ends: Array<() => void> = [];
    await use(async () => {
      ends.push(await talk());
    });
    for (const end of ends) {
      end();
    }
  },
  link: async ({}, use) => {
    base.skip(process.getuid?.() !== 0, 'Only root can make an interface.');
    const made = await makeLink();
    await use(made);
    await made.remove();
  },
});

export { expect };
