import type { Page } from '@playwright/test';

/** A column of an answer or a stream. */
export interface Column {
  name: string;
  type: 'time' | 'string' | 'number';
  labels?: Record<string, string>;
  config?: object;
}

export const TIME: Column = { name: 'time', type: 'time' };
export const PACKETS: Column = { name: 'packets', type: 'number', config: { unit: 'pps' } };
/** What a stream of grouped rates of packets sends. */
export const GROUPED: Column[] = [TIME, { name: 'group', type: 'string' }, PACKETS];

/** Columns, where they are named, and the values of rows. */
export interface Message {
  schema?: { fields: Column[] };
  data: { values: unknown[][] };
}

/** What a back end would have to run for hours to send. */
export interface Role {
  /** The query as the back end fills it in. */
  asked: object;
  /** What there is when the panel opens. */
  answer: () => Required<Message>;
}

interface Command {
  id?: number;
  connect?: object;
  subscribe?: { channel: string };
}

const PATH = `rates/${'0'.repeat(32)}`;

/** Stands in for the back end of the page's one panel, and for Grafana Live. */
export class StandIn {
  private live: ((message: Message) => void) | undefined;

  constructor(private readonly role: Role) {}

  async takeOver(page: Page): Promise<void> {
    await page.route('**/api/ds/query*', (route) => {
      const { schema, data } = this.role.answer();
      const meta = { custom: { channel: PATH, data: this.role.asked } };
      return route.fulfill({
        json: { results: { A: { status: 200, frames: [{ schema: { refId: 'A', meta, ...schema }, data }] } } },
      });
    });
    await page.routeWebSocket(/\/api\/live\/ws/, (socket) => {
      const reply = (answer: object) => {
        socket.send(JSON.stringify(answer));
      };
      socket.onMessage((text) => {
        for (const line of text.toString().split('\n').filter(Boolean)) {
          const { id, connect, subscribe } = JSON.parse(line) as Command;
          reply({
            id,
            ...(connect && { connect: { client: 'page', version: '5' } }),
            ...(subscribe && { subscribe: {} }),
          });
          if (subscribe?.channel.endsWith(PATH)) {
            this.live = (message) => {
              reply({ push: { channel: subscribe.channel, pub: { data: message } } });
            };
          }
        }
      });
    });
  }

  /** When the panel follows the stream. */
  async isFollowed(page: Page): Promise<void> {
    while (this.live === undefined) {
      await page.waitForTimeout(50);
    }
  }

  send(message: Message): void {
    this.live?.(message);
  }
}
