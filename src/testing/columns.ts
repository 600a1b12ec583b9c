import { FieldType } from '@grafana/data';

import type { QueryKind } from '../query/model';
import type { RowColumn } from '../resources/columns';

import { CAPTURE_COLUMNS } from './captureColumns';
import { COUNT_COLUMNS } from './countColumns';
import { FLOW_COLUMNS } from './flowColumns';
import { PACKET_COLUMNS } from './packetColumns';

/** The columns that rows of each kind can have. */
export const COLUMNS: Record<QueryKind, RowColumn[]> = {
  packets: PACKET_COLUMNS,
  rates: COUNT_COLUMNS,
  flows: FLOW_COLUMNS,
  capture: CAPTURE_COLUMNS,
};

export const FIELD_TYPE = {
  time: FieldType.time,
  string: FieldType.string,
  number: FieldType.number,
  boolean: FieldType.boolean,
};
