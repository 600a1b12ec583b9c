import { directionInWords } from '../locale/direction';
import { t } from '../locale/t';

import type { InterfaceHook } from './interfaces';

export type Outcome = 'ok' | 'warning' | 'failed';

/** One thing that was looked at. */
export interface HealthCheck {
  name: string;
  outcome: Outcome;
  /** How it is, in words. */
  detail: string;
  /** What to do about it. */
  fix?: string;
  /** The commands in that, each as a person would run it. */
  commands: string[];
}

/** The hooks of one interface. */
export interface HealthInterface {
  name: string;
  hooks: InterfaceHook[];
}

/** What the health check of a data source found. */
export interface HealthReport {
  /** In one sentence. */
  summary: string;
  /** Name of the machine that was looked at. */
  host?: string;
  checks: HealthCheck[];
  interfaces: HealthInterface[];
}

type Keys = Partial<Record<string, unknown>>;

/**
 * Reads Grafana's answer to a health check, whatever it is: an older or newer back end may answer in another shape, and
 * what cannot be read is left out.
 */
export function readHealth(body: unknown): HealthReport {
  const { message, status, details } = keysOf(body);
  const { host, problems, report } = keysOf(details);
  const { checks, interfaces } = keysOf(report);
  const [firstLine] = textOf(message).split('\n');
  return {
    summary: firstLine || withoutSummary(textOf(status)),
    host: textOf(host) || undefined,
    checks: [...textsOf(problems).map(asCheck), ...listOf(checks).map(readCheck)].filter(
      ({ name, detail }) => name !== '' || detail !== ''
    ),
    interfaces: listOf(interfaces)
      .map(readInterface)
      .filter(({ name }) => name !== ''),
  };
}

/** How an interface is watched, or would be, in words. */
export function describeHooks({ hooks }: HealthInterface): string {
  const inForce = hooks.filter((hook) => hook.inForce);
  const auto = hooks.filter((hook) => hook.auto);
  const listed = (wanted: InterfaceHook[]) =>
    wanted
      .map(({ direction, hook, reason }) => {
        const way = t('health.way', '{{direction}} by {{hook}}', { direction: directionInWords(direction), hook });
        return reason === '' ? way : `${way} (${reason})`;
      })
      .join(', ');
  if (inForce.length > 0) {
    return t('health.watched', 'watched now: {{ways}}', { ways: listed(inForce) });
  }
  return auto.length > 0
    ? t('health.automatic', 'automatic: {{ways}}', { ways: listed(auto) })
    : t('health.not-watched', 'cannot be watched');
}

function withoutSummary(status: string): string {
  return status === ''
    ? t('health.unreadable', 'The back end answers nothing that can be read.')
    : t('health.status', 'The back end answers {{status}}.', { status });
}

/** A wrong setting, as one of the checks. */
function asCheck(detail: string): HealthCheck {
  return { name: t('health.settings', 'settings'), outcome: 'failed', detail, commands: [] };
}

function readCheck(check: unknown): HealthCheck {
  const { name, outcome, detail, fix, commands } = keysOf(check);
  return {
    name: textOf(name),
    // An outcome that is not known is worth a look.
    outcome: outcome === 'ok' || outcome === 'failed' ? outcome : 'warning',
    detail: textOf(detail),
    fix: textOf(fix) || undefined,
    commands: textsOf(commands),
  };
}

function readInterface(entry: unknown): HealthInterface {
  const { interface: name, hooks } = keysOf(entry);
  return { name: textOf(name), hooks: listOf(hooks).flatMap(readHook) };
}

function readHook(entry: unknown): InterfaceHook[] {
  const { direction, hook, auto, possible, inForce, reason } = keysOf(entry);
  const isKnown = (direction === 'in' || direction === 'out') && isHook(hook);
  return isKnown
    ? [
        {
          direction,
          hook,
          auto: auto === true,
          possible: possible === true,
          inForce: inForce === true,
          reason: textOf(reason),
        },
      ]
    : [];
}

function isHook(hook: unknown): hook is InterfaceHook['hook'] {
  return hook === 'xdp-native' || hook === 'xdp-generic' || hook === 'tcx';
}

function keysOf(value: unknown): Keys {
  return typeof value === 'object' && value !== null ? value : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): string[] {
  return listOf(value).filter((entry) => typeof entry === 'string');
}
