import { t } from '../locale/t';

const STATES = ['attached', 'attaching', 'refused', 'absent', 'unreachable'] as const;

/** How far the capture of one direction of an interface is, where somebody asks for it. */
export type HookState = (typeof STATES)[number];

/** Undefined: not told, as by an older back end, or a word of a later one. */
export function asHookState(value: unknown): HookState | undefined {
  return STATES.find((state) => state === value);
}

/** A state in the user's language. */
export function stateInWords(state: HookState): string {
  switch (state) {
    case 'attached':
      return t('interface.attached', 'attached');
    case 'attaching':
      return t('interface.attaching', 'attaching');
    case 'refused':
      return t('interface.refused', 'refused');
    case 'absent':
      return t('interface.absent', 'absent');
    case 'unreachable':
      return t('interface.unreachable', 'unreachable');
    default:
      // A word of a later back end.
      return state;
  }
}
