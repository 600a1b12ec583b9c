import type { RowColumn } from '../resources/columns';

import { column } from './column';

/** The columns of the capture's counters, as the contract with dashboards names them. */
export const CAPTURE_COLUMNS: RowColumn[] = [
  column('time', 'time', false),
  column('interface', 'string', false),
  column('direction', 'string', false),
  column('hook', 'string', true),
  column('seen', 'number', false),
  column('own', 'number', false),
  column('streams', 'number', false),
  column('matched', 'number', false),
  column('thinned', 'number', false),
  column('lost_ring', 'number', false),
  column('lost_queue', 'number', false),
  column('delivered', 'number', false),
  column('ring_used', 'number', false),
  column('kernel_ns', 'number', true),
  column('channel', 'string', true),
  column('filter', 'string', true),
  column('flow_overflow', 'number', false),
  column('state', 'string', false),
  column('reason', 'string', true),
];
