import type { DataFrame } from '@grafana/data';

import { asLiveChannel, type LiveChannel } from './liveChannel';

/** How packets of one direction of an interface are captured. */
export interface HookInForce {
  interface: string;
  direction: string;
  /** Null: nothing is attached. */
  hook: string | null;
  /** Why this one; empty for the obvious choice. */
  reason: string;
}

/** What the answer to a query for packets says of the capture behind it. */
export interface CaptureReport {
  /** Where the counters of the same interfaces and directions come from. */
  channel: LiveChannel;
  /** When the query was answered. */
  hooks: HookInForce[];
  /** TCP ports of this machine whose traffic is left out as Grafana's own. */
  ownPorts: number[];
  /** The machine that answered. */
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
      ownPorts: listOf(custom.ownPorts).filter((port) => typeof port === 'number'),
      host: textIn(custom.host),
    }
  );
}

function asHook(named: unknown): HookInForce[] {
  const { interface: name, direction, hook, reason } = (named ?? {}) as Record<string, unknown>;
  return typeof name === 'string' && typeof direction === 'string'
    ? [{ interface: name, direction, hook: textIn(hook) ?? null, reason: textIn(reason) ?? '' }]
    : [];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
