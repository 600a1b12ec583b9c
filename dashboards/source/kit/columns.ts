import type listed from '../../../testdata/columns.json';

import type { QueryKind } from '../../../src/query/model';

/** A column that rows of a kind can have, as the back end lists them. */
export type ColumnOf<Kind extends QueryKind> = keyof (typeof listed)[Kind] & string;
