/** What is exact, said where a reader may doubt it. */
export const EXACT = 'The kernel counts every packet: exact at any load.';

/** What a filter can ask of groups and conversations. */
export const OF_FLOWS =
  'Here, a filter can use hosts, networks, ports, protocols, EtherTypes, VLANs and directions, but not TTL, TCP flags or MAC addresses.';
