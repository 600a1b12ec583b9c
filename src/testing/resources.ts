import type { QueryKind } from '../query/model';

import { COLUMNS } from './columns';
import { recordedAnswer } from './filterAnswers';
import { WORDS } from './filterWords';
import { INTERFACES } from './machine';
import { serverSettings } from './serverSettings';

export type Resource = (parameters?: Record<string, unknown>) => unknown;

/** What the data source's back end answers, by resource. */
export const RESOURCES: Record<string, Resource> = {
  interfaces: () => ({ interfaces: INTERFACES }),
  columns: (parameters) => ({ columns: COLUMNS[parameters?.kind as QueryKind] }),
  filter: recordedAnswer,
  'filter/words': () => ({ words: WORDS }),
  // Nothing was sent yet.
  seen: () => ({ values: [] }),
  settings: () => serverSettings(),
};
