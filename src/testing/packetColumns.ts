import type { RowColumn } from '../resources/columns';

import { column } from './column';

/** The columns of packets, as the contract with dashboards names them. */
export const PACKET_COLUMNS: RowColumn[] = [
  column('time', 'time', false),
  column('interface', 'string', false),
  column('direction', 'string', false),
  column('source_mac', 'string', true),
  column('destination_mac', 'string', true),
  column('ethertype', 'string', true),
  column('vlan', 'number', true),
  column('inner_vlan', 'number', true),
  column('version', 'number', true),
  column('source_ip', 'string', true),
  column('destination_ip', 'string', true),
  column('protocol', 'string', true),
  column('length', 'number', true),
  column('frame_length', 'number', false),
  column('segments', 'number', true),
  column('ttl', 'number', true),
  column('dscp', 'number', true),
  column('fragment', 'boolean', true),
  column('source_port', 'number', true),
  column('destination_port', 'number', true),
  column('tcp_flags', 'string', true),
  column('icmp_type', 'number', true),
  column('icmp_code', 'number', true),
  column('malformed', 'string', true),
];
