import type { Deeds } from './page';

declare global {
  interface Window {
    /** Read by the tests. */
    deeds: Deeds;
  }
}

export const deeds: Deeds = { queries: [], runs: [], settings: [], variableQueries: [] };

window.deeds = deeds;
