import { t } from '../locale/t';

import type { GroupBy, XdpQuery } from './model';

interface Grouping {
  groupBy: GroupBy;
  label: () => string;
  description: () => string;
  /** Whether it is known only where tunnels are looked into. */
  isOfTunnels?: boolean;
  /** Whether dropped packets have it, and they alone. */
  isOfDrops?: boolean;
}

/** What rates can be grouped by. */
export const GROUPINGS: readonly Grouping[] = [
  {
    groupBy: 'protocol',
    label: () => t('group.protocol.label', 'Protocol'),
    description: () => t('group.protocol.description', 'TCP, UDP, ICMP, …'),
  },
  {
    groupBy: 'direction',
    label: () => t('group.direction.label', 'Direction'),
    description: () => t('group.direction.description', 'Received and sent'),
  },
  {
    groupBy: 'interface',
    label: () => t('group.interface.label', 'Interface'),
    description: () => t('group.interface.description', 'Network interface of this machine'),
  },
  {
    groupBy: 'host',
    label: () => t('group.host.label', 'Machine'),
    description: () => t('group.host.description', 'Machine on which packets were seen'),
  },
  {
    groupBy: 'source',
    label: () => t('group.source.label', 'Source'),
    description: () => t('group.source.description', 'Address that packets come from'),
  },
  {
    groupBy: 'destination',
    label: () => t('group.destination.label', 'Destination'),
    description: () => t('group.destination.description', 'Address that packets go to'),
  },
  {
    groupBy: 'source_name',
    label: () => t('group.source-name.label', 'Source name'),
    description: () => t('group.source-name.description', 'Name of the host that packets come from, else its address'),
  },
  {
    groupBy: 'destination_name',
    label: () => t('group.destination-name.label', 'Destination name'),
    description: () => t('group.destination-name.description', 'Name of the host that packets go to, else its address'),
  },
  {
    groupBy: 'host_ip',
    label: () => t('group.host-ip.label', 'Host'),
    description: () => t('group.host-ip.description', 'Address of either side: a packet counts for both of its hosts'),
  },
  {
    groupBy: 'source_port',
    label: () => t('group.source-port.label', 'Source port'),
    description: () => t('group.source-port.description', 'Of TCP, UDP and SCTP'),
  },
  {
    groupBy: 'destination_port',
    label: () => t('group.destination-port.label', 'Destination port'),
    description: () => t('group.destination-port.description', 'Of TCP, UDP and SCTP'),
  },
  {
    groupBy: 'tcp_flag',
    label: () => t('group.tcp-flag.label', 'TCP flag'),
    description: () => t('group.tcp-flag.description', 'A packet counts for each of its flags; takes no filter'),
  },
  {
    groupBy: 'vlan',
    label: () => t('group.vlan.label', 'VLAN'),
    description: () => t('group.vlan.description', 'Outer VLAN id'),
  },
  {
    groupBy: 'ethertype',
    label: () => t('group.ethertype.label', 'Ethertype'),
    description: () => t('group.ethertype.description', 'IPv4, IPv6, ARP, …'),
  },
  {
    groupBy: 'cast',
    label: () => t('group.cast.label', 'Cast'),
    description: () => t('group.cast.description', 'To one station, to a group of them, to all'),
  },
  {
    groupBy: 'service',
    label: () => t('group.service.label', 'Service'),
    description: () => t('group.service.description', 'https, dns, …: by protocol and port, both ways together'),
  },
  {
    groupBy: 'process',
    label: () => t('group.process.label', 'Process'),
    description: () => t('group.process.description', 'Program of this machine; the administrator has to allow it'),
  },
  {
    groupBy: 'container',
    label: () => t('group.container.label', 'Container'),
    description: () =>
      t('group.container.description', 'Container or control group of the program; the administrator has to allow it'),
  },
  {
    groupBy: 'tunnel',
    label: () => t('group.tunnel.label', 'Tunnel'),
    description: () => t('group.tunnel.description', 'VXLAN, GRE, …; of several the outermost first'),
    isOfTunnels: true,
  },
  {
    groupBy: 'tunnel_id',
    label: () => t('group.tunnel-id.label', 'Tunnel id'),
    description: () => t('group.tunnel-id.description', 'VNI, key, label, session or TEID of the innermost tunnel'),
    isOfTunnels: true,
  },
  {
    groupBy: 'reason',
    label: () => t('group.reason.label', 'Reason'),
    description: () => t('group.reason.description', 'Why the kernel dropped the packet'),
    isOfDrops: true,
  },
];

/** What a query can be grouped by as it is. */
export function groupingsFor({ kind, decapsulate }: Pick<XdpQuery, 'kind' | 'decapsulate'>): readonly Grouping[] {
  const ofKind = GROUPINGS.filter(({ isOfDrops = false }) => isOfDrops === (kind === 'drops'));
  return decapsulate === 'inner' ? ofKind : ofKind.filter(({ isOfTunnels }) => isOfTunnels !== true);
}

/** Whether a query is grouped by what its kind does not have, which the back end refuses. */
export function lacksReason({ kind, groupBy }: XdpQuery): boolean {
  const isOfDrops = GROUPINGS.find((known) => known.groupBy === groupBy)?.isOfDrops ?? false;
  return groupBy !== undefined && !groupBy.startsWith('$') && isOfDrops !== (kind === 'drops');
}

/** Whether a query is grouped by tunnels and does not look into them, which the back end refuses. */
export function lacksTunnels({ groupBy, decapsulate = 'none' }: XdpQuery): boolean {
  return decapsulate === 'none' && GROUPINGS.some((known) => known.groupBy === groupBy && known.isOfTunnels === true);
}
