/** What is exact, said where a reader may doubt it. */
export const EXACT = 'Counted in the kernel: exact at any load.';

/** What a filter can ask of groups and conversations. */
export const OF_FLOWS =
  'A filter can ask for hosts, networks, ports, protocols, EtherTypes, VLANs and directions here, not for a TTL, TCP flags or a MAC address.';
