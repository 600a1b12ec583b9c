import type { RowColumn } from '../resources/columns';

import { column } from './column';

/** The columns of flows, as the contract with dashboards names them. */
export const FLOW_COLUMNS: RowColumn[] = [
  column('source_ip', 'string', true),
  column('source_port', 'number', true),
  column('destination_ip', 'string', true),
  column('destination_port', 'number', true),
  column('protocol', 'string', true),
  column('vlan', 'number', true),
  column('packets', 'number', false),
  column('bytes', 'number', false),
  column('reverse_packets', 'number', false),
  column('reverse_bytes', 'number', false),
  column('first_seen', 'time', false),
  column('last_seen', 'time', false),
  column('ttl', 'number', true),
  column('tcp_flags', 'string', true),
];
