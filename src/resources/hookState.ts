const STATES = ['attached', 'attaching', 'refused', 'absent'] as const;

/** How far the capture of one direction of an interface is, where somebody asks for it. */
export type HookState = (typeof STATES)[number];

/** Undefined: not told, as by an older back end, or a word of a later one. */
export function asHookState(value: unknown): HookState | undefined {
  return STATES.find((state) => state === value);
}
