/** The pattern that every machine's name fits. */
export const EVERY_MACHINE = '*';

/** Whether `hosts` of a query leaves no machine out. */
export function isEveryMachine(hosts: readonly string[]): boolean {
  return hosts.every((host) => host === EVERY_MACHINE);
}
