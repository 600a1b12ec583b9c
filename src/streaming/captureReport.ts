import type { DataFrame } from '@grafana/data';

import { asHookState, type HookState } from '../resources/hookState';

import type { LeftOutCounts } from './leftOut';
import { asLiveChannel, type LiveChannel } from './liveChannel';

/** How packets of one direction of an interface are captured. */
export interface HookInForce {
  /** The machine; null: a back end that does not say. */
  host: string | null;
  interface: string;
  direction: string;
  /** Null: nothing is attached. */
  hook: string | null;
  /** Why this one, or why none; empty for the obvious choice. */
  reason: string;
  /** Undefined: a back end that does not say. */
  state: HookState | undefined;
}

/** What the answer to a query for packets says of the capture behind it. */
export interface CaptureReport {
  /** Where the counters of the same interfaces and directions come from. */
  channel: LiveChannel;
  /** When the query was answered. */
  hooks: HookInForce[];
  /** How many hooks are not attached, of which not all are listed; undefined: a back end that does not say. */
  leftOut: LeftOutCounts | undefined;
  /** TCP ports of this machine whose traffic is left out as Grafana's own. */
  ownPorts: number[];
  /** The machine that answered, where it is the one whose packets these are; undefined: there are several, or it is unknown. */
  host: string | undefined;
}

/**
 * Reads it from a frame's `meta.custom`. Without a channel there is no report: an older back end makes none, nor does the
 * answer to a query for the counters themselves. What else is missing, or not as agreed, is left out.
 */
export function captureReportOf(frame: DataFrame): CaptureReport | undefined {
  const custom = (frame.meta?.custom ?? {}) as Record<string, unknown>;
  const channel = asLiveChannel(custom.capture);
  return (
    channel && {
      channel,
      hooks: listOf(custom.hooks).flatMap(asHook),
      leftOut: asCounts(custom.leftOut),
      ownPorts: listOf(custom.ownPorts).filter((port) => typeof port === 'number'),
      host: textIn(custom.host),
    }
  );
}

function asHook(named: unknown): HookInForce[] {
  const { host, interface: name, direction, hook, reason, state } = (named ?? {}) as Record<string, unknown>;
  return typeof name === 'string' && typeof direction === 'string'
    ? [
        {
          host: textIn(host) ?? null,
          interface: name,
          direction,
          hook: textIn(hook) ?? null,
          reason: textIn(reason) ?? '',
          state: asHookState(state),
        },
      ]
    : [];
}

function asCounts(told: unknown): LeftOutCounts | undefined {
  const { refused, attaching, absent, unreachable } = (told ?? {}) as Record<string, unknown>;
  return typeof told === 'object' && told !== null
    ? {
        refused: numberIn(refused),
        attaching: numberIn(attaching),
        absent: numberIn(absent),
        unreachable: numberIn(unreachable),
      }
    : undefined;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberIn(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
