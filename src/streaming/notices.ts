import type { QueryResultMetaNotice } from '@grafana/data';

import { directionInWords } from '../locale/direction';
import { figure } from '../locale/figures';
import { t } from '../locale/t';

import type { CaptureReport, HookInForce } from './captureReport';
import { oneOfEachHook, rowsOfStream, type CaptureRow } from './captureRows';
import { groupBy, sum } from './grouping';
import { isLeftOut, leftOut, placeOf, type AskedHook, type LeftOutCounts, type LeftOutState } from './leftOut';
import { notice, type Sentence } from './noticesInOne';
import { isHeard, limitsOf, troubleOf, type StreamFacts } from './streamNotices';
import { list, rows } from './wording';

/** What is known of a panel's stream and of the capture behind it. */
export interface PanelFacts {
  /** Path of the panel's stream. */
  channel: string;
  /** Names that the query asks for; none: every interface of the machine. */
  interfaces: string[];
  /** The newest counters of the hooks that the stream asked for; empty while none have come. */
  counters: CaptureRow[];
  /** When the query was answered. */
  hooks: HookInForce[];
  /** How many there are that are not attached, of which not all are listed. */
  leftOut?: LeftOutCounts;
  /** TCP ports of this machine whose traffic is left out as Grafana's own. */
  ownPorts: number[];
  /** The machine that answered the query, with what was before; undefined: it did not say. */
  host?: string;
  /** Rows a second; undefined: none is known. */
  limit: number | undefined;
  /** Whether the panel has anything to show. */
  hasRows: boolean;
  /** Where it had, and shows no more than the last interval: how long that is, in ms. */
  quietFor?: number;
  /** What this page knows of the stream. */
  live: StreamFacts;
}

type Hook = AskedHook & Pick<HookInForce, 'hook'>;

/** Somebody can do something about it. */
const REFUSED = ['refused', 'unreachable'] as const;
/** It comes by itself, or there is nothing to be done. */
const WAITED_FOR = ['attaching', 'absent'] as const;

/**
 * What the reader of a panel is to know of it. Of several notices of one severity a panel's header in Grafana 12 shows
 * the last one alone, so there is at most one of each, what matters most in front.
 */
export function noticesOf(facts: PanelFacts): QueryResultMetaNotice[] {
  const stream = rowsOfStream(facts.counters, facts.channel);
  const trouble = troubleOf(facts.live);
  return [
    ...notice('warning', [...trouble.ofConnection, ...loss(stream), ...trouble.ofRows, missing(facts, REFUSED)]),
    ...notice('info', [
      // The silence of the connection is not that of the network.
      ...(isHeard(facts.live) ? idle(facts, stream) : []),
      ...limitsOf(facts.live),
      missing(facts, WAITED_FOR),
      otherHost(facts),
      thinning(facts, stream),
      ...reasons(facts),
      ownTraffic(facts),
    ]),
  ];
}

/** What an answer leaves out that no stream goes on with. */
export function answerNotices({ hooks, leftOut: counts }: CaptureReport): QueryResultMetaNotice[] {
  return [
    ...notice('warning', [leftOut(hooks, REFUSED, counts)]),
    ...notice('info', [leftOut(hooks, WAITED_FOR, counts)]),
  ];
}

/** Where nothing is known of the capture behind a panel; `interval`, in ms, of one that shows none of the last interval. */
export function quietNotices(interval: number | undefined, live: StreamFacts): QueryResultMetaNotice[] {
  const { ofConnection, ofRows } = troubleOf(live);
  return [
    ...notice('warning', [...ofConnection, ...ofRows]),
    ...notice('info', [interval !== undefined && isHeard(live) && quiet(interval), ...limitsOf(live)]),
  ];
}

function loss(stream: CaptureRow[]): Sentence[] {
  const ring = sum(stream.map(({ lostRing }) => lostRing));
  const queue = sum(stream.map(({ lostQueue }) => lostQueue));
  const network = sum(stream.map(({ lostNetwork }) => lostNetwork));
  const lost = ring + queue + network;
  return [
    lost > 0 &&
      t('notice.lost', '{{figure}} of {{matching}} were lost.', {
        count: lost,
        figure: figure(lost),
        matching: matching(stream),
        defaultValue_one: '{{figure}} of {{matching}} was lost.',
      }),
    ring > 0 &&
      t('notice.lost-ring', "{{figure}} found no room in the ring: the server's administrator can raise ring_bytes.", {
        figure: figure(ring),
      }),
    queue > 0 &&
      t(
        'notice.lost-queue',
        'Grafana or the browser was too slow for {{figure}} of them. Ask for fewer rows per second, for fewer columns, or with a narrower filter.',
        { figure: figure(queue) }
      ),
    network > 0 &&
      t('notice.lost-network', '{{figure}} were lost on the way from another machine, or with it.', {
        count: network,
        figure: figure(network),
        defaultValue_one: '{{figure}} was lost on the way from another machine, or with it.',
      }),
  ];
}

function thinning({ limit }: PanelFacts, stream: CaptureRow[]): Sentence {
  const thinned = sum(stream.map((row) => row.thinned));
  const kept =
    limit === undefined
      ? t('notice.the-limit', 'the limit')
      : t('notice.rows-per-second', '{{rows}} per second', { rows: rows(limit) });
  return (
    thinned > 0 &&
    t('notice.thinned', '{{figure}} of {{matching}} were left out to keep to {{kept}}; counters stay exact.', {
      count: thinned,
      figure: figure(thinned),
      matching: matching(stream),
      kept,
      defaultValue_one: '{{figure}} of {{matching}} was left out to keep to {{kept}}; counters stay exact.',
    })
  );
}

/** `1,234 matching packets`, of which some are told of. */
function matching(stream: CaptureRow[]): string {
  const matched = sum(stream.map((row) => row.matched));
  return t('notice.matching', '{{figure}} matching packets', {
    count: matched,
    figure: figure(matched),
    defaultValue_one: '{{figure}} matching packet',
  });
}

/** What is asked for, is in one of these states, and so is not captured. */
function missing(facts: PanelFacts, states: readonly LeftOutState[]): Sentence {
  return leftOut(hooksNow(facts), states, facts.counters.length > 0 ? undefined : facts.leftOut);
}

/** Why a panel is empty, but for what is left out. */
function idle(facts: PanelFacts, stream: CaptureRow[]): Sentence[] {
  if (facts.hasRows) {
    return [];
  }
  const hooks = hooksNow(facts);
  const place = placeOf(hooks);
  const byPlace = groupBy(hooks, place);
  const attached = [...byPlace.values()].filter((ofOne) => ofOne.some(({ hook }) => hook !== null));
  const isTold = (name: string) =>
    hooks.some((hook) => (hook.interface === name || place(hook) === name) && (hook.hook !== null || isLeftOut(hook)));
  const unattached = [...new Set([...facts.interfaces, ...byPlace.keys()])].filter((name) => !isTold(name));
  return [
    attached.length > 0 &&
      (facts.quietFor === undefined ? nothingYet(attached, place, facts.counters, stream) : quiet(facts.quietFor)),
    unattached.length > 0 &&
      t('notice.unattached', 'Nothing is attached to {{names}}: they are not there yet, or cannot be watched.', {
        count: unattached.length,
        names: list(unattached),
        defaultValue_one: 'Nothing is attached to {{names}}: it is not there yet, or cannot be watched.',
      }),
    byPlace.size === 0 && unattached.length === 0 && t('notice.nothing-attached', 'Nothing is attached yet.'),
  ];
}

function quiet(interval: number): string {
  return t('notice.quiet', 'No packets in the last interval ({{figure}} ms).', { figure: figure(interval) });
}

function nothingYet(
  attached: Hook[][],
  placeOfHook: (hook: Hook) => string,
  counters: CaptureRow[],
  stream: CaptureRow[]
): string {
  const namesOf = (places: Hook[][]) => places.flatMap((hooks) => hooks.slice(0, 1)).map(placeOfHook);
  const place = list(namesOf(attached));
  const seen = sum(oneOfEachHook(counters).map((row) => row.seen));
  if (seen > 0) {
    const isFiltered = stream.some(({ filter }) => filter !== null && filter !== '');
    const isUnmatched = stream.every(({ matched }) => matched === 0);
    return isFiltered && isUnmatched
      ? t('notice.none-matched', '{{figure}} packets seen on {{place}}, none has matched the filter yet.', {
          count: seen,
          figure: figure(seen),
          place,
          defaultValue_one: '{{figure}} packet seen on {{place}}, none has matched the filter yet.',
        })
      : t('notice.none-here', '{{figure}} packets seen on {{place}}, none for this panel yet.', {
          count: seen,
          figure: figure(seen),
          place,
          defaultValue_one: '{{figure}} packet seen on {{place}}, none for this panel yet.',
        });
  }
  const alike = [...groupBy(attached, attachment)];
  const isOne = alike.length === 1;
  const parts = alike.map(([ways, interfaces]) =>
    isOne
      ? t('notice.attached', 'attached {{ways}}', { ways })
      : t('notice.attached-there', '{{names}} attached {{ways}}', { names: list(namesOf(interfaces)), ways })
  );
  if (counters.length > 0) {
    parts.push(t('notice.none-seen', '{{figure}} seen', { figure: figure(0) }));
  }
  return t('notice.nothing-yet', 'No packets on {{place}} yet: {{facts}}.', {
    place,
    facts: parts.join(isOne ? ', ' : '; '),
  });
}

/** Why a hook is in force that is not the obvious one, unless another has taken its place since. */
function reasons(facts: PanelFacts): Sentence[] {
  const now = hooksNow(facts);
  const isInForce = (told: Hook) =>
    now.some(
      (hook) =>
        hook.interface === told.interface &&
        (hook.host ?? told.host) === (told.host ?? hook.host) &&
        placement(hook) === placement(told)
    );
  const told = facts.hooks.filter((hook) => hook.reason !== '' && !isLeftOut(hook) && isInForce(hook));
  const alike = groupBy(told, (hook) => `${placement(hook)}: ${hook.reason.replace(/\.$/, '')}.`);
  return [...alike].map(([text, hooks]) => `${list(hooks.map(placeOf(now)))} ${text}`);
}

/** Without a figure: that of the hook is not this panel's, and would have it drawn anew whenever it changes. */
function ownTraffic({ counters, ownPorts }: PanelFacts): Sentence {
  const isThere = counters.some(({ own }) => own > 0);
  return (
    isThere &&
    ownPorts.length > 0 &&
    t(
      'notice.own-traffic',
      "Grafana's own delivery (TCP ports {{ports}} of this machine) is left out; the data source's settings can show it.",
      {
        count: ownPorts.length,
        ports: list(ownPorts.map(String)),
        defaultValue_one:
          "Grafana's own delivery (TCP port {{ports}} of this machine) is left out; the data source's settings can show it.",
      }
    )
  );
}

/** Behind one address there may be several machines with a Grafana each, of which any may answer. */
function otherHost({ counters, host }: PanelFacts): Sentence {
  const streaming = counters.find((row) => row.host !== null)?.host ?? undefined;
  return (
    host !== undefined &&
    streaming !== undefined &&
    streaming !== host &&
    t(
      'notice.other-host',
      'Rows come from the host {{streaming}}; what was there before came from {{host}}: this Grafana has several replicas.',
      { streaming, host }
    )
  );
}

/** The counters know what is attached now, at every machine; before they come there is what the answer said. */
function hooksNow({ counters, hooks }: PanelFacts): Hook[] {
  return counters.length > 0 ? oneOfEachHook(counters) : hooks;
}

/** `in by tcx, out by tcx` */
function attachment(hooks: Hook[]): string {
  return hooks.map(placement).join(', ');
}

function placement({ direction, hook }: Hook): string {
  return t('notice.way', '{{direction}} by {{hook}}', {
    direction: directionInWords(direction),
    hook: hook ?? t('notice.no-hook', 'nothing'),
  });
}
