import type { RowColumn } from '../resources/columns';

import { column } from './column';

/** The columns of rates where they are asked for as counts, as the contract with dashboards names them. */
export const COUNT_COLUMNS: RowColumn[] = [
  column('time', 'time', false),
  column('group', 'string', true),
  column('packets', 'number', false),
  column('segments', 'number', false),
  column('bytes', 'number', false),
];
