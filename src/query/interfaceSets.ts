/** The entry that stands for every interface of the machine. */
export const ANY_INTERFACE = 'any';

/** The entry that stands for those by which packets enter and leave the machine. */
export const UPLINKS = 'uplinks';

/** `!veth*`: what is left out, whatever else is chosen. */
export function isException(entry: string): boolean {
  return entry.startsWith('!');
}

/** Whether an entry is the name of an interface or a variable, and no word, pattern or exception. */
export function isName(entry: string): boolean {
  return entry !== ANY_INTERFACE && entry !== UPLINKS && !isException(entry) && !/[*?]/.test(entry);
}

/** `any` has all others in it but for the exceptions: what an equal list looks like that the back end takes. */
export function withoutWhatAnyHas(entries: readonly string[]): string[] {
  return entries.includes(ANY_INTERFACE) ? [ANY_INTERFACE, ...entries.filter(isException)] : [...entries];
}

/** Choosing `any` drops all but exceptions, and choosing another entry drops `any`. */
export function withoutContradiction(chosen: string[], before: string[]): string[] {
  return before.includes(ANY_INTERFACE) && chosen.some((entry) => entry !== ANY_INTERFACE && !isException(entry))
    ? chosen.filter((entry) => entry !== ANY_INTERFACE)
    : withoutWhatAnyHas(chosen);
}
