import { FieldType } from '@grafana/data';

import listed from '../../testdata/columns.json';
import type { QueryKind } from '../query/model';
import type { RowColumn } from '../resources/columns';

/** The columns that rows of each kind can have, as the back end lists them. */
export const COLUMNS: Record<QueryKind, RowColumn[]> = {
  packets: columnsIn(listed.packets),
  rates: columnsIn(listed.rates),
  flows: columnsIn(listed.flows),
  capture: columnsIn(listed.capture),
  interfaces: columnsIn(listed.interfaces),
  drops: columnsIn(listed.drops),
};

export const FIELD_TYPE = {
  time: FieldType.time,
  string: FieldType.string,
  number: FieldType.number,
  boolean: FieldType.boolean,
};

function columnsIn(kind: object): RowColumn[] {
  return Object.entries(kind as Record<string, Omit<RowColumn, 'name'>>).map(([name, column]) => ({ name, ...column }));
}
