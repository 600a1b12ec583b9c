import { t } from '../locale/t';

import examples from './filterExamples.json';
import { isOfFlows, isUsed, withoutUnusedKeys } from './kinds';
import type { XdpQuery } from './model';

/** A filter for who has none yet. */
export interface FilterExample {
  filter: string;
  /** A sentence. */
  shows: () => string;
  /** Whether it asks for no more than what a flow carries. */
  isOfFlows: boolean;
}

/** What each shows, by its name. */
const SHOWS: Record<string, () => string> = {
  'local-multicast': () =>
    t(
      'example.local-multicast',
      'Multicast that stays on the local network: SSDP, mDNS and others that announce or look for devices.'
    ),
  ssdp: () => t('example.ssdp', 'Devices announcing themselves by SSDP, and those looking for them.'),
  dns: () => t('example.dns', 'Questions to name servers (DNS), and their answers.'),
  'one-host': () => t('example.one-host', 'All traffic of one host, without your own SSH session.'),
  'private-networks': () => t('example.private-networks', 'Traffic with private networks.'),
  'tcp-opened': () => t('example.tcp-opened', 'Attempts to open a TCP connection over IPv4.'),
  pings: () => t('example.pings', 'Pings.'),
  arp: () => t('example.arp', 'Who asks for whose Ethernet address.'),
  broadcast: () => t('example.broadcast', 'What is received by everyone on the link.'),
  dscp: () => t('example.dscp', 'Traffic marked for expedited forwarding, such as voice.'),
  vlan: () => t('example.vlan', 'Everything in one VLAN.'),
  large: () => t('example.large', 'Frames of 1500 bytes and more.'),
};

/** The back end's tests read them as well, so that each of them is a filter. */
export const FILTER_EXAMPLES: readonly FilterExample[] = examples.map(({ name, ...example }) => ({
  ...example,
  shows: () => SHOWS[name]?.() ?? '',
}));

/** The query with that filter, of the same kind if that can have it, else of packets. */
export function withExample(query: XdpQuery, { filter, isOfFlows: isForFlows }: FilterExample): XdpQuery {
  const canHaveIt = isUsed(query, 'filter') && query.groupBy !== 'tcp_flag' && (isForFlows || !isOfFlows(query));
  if (canHaveIt) {
    return { ...query, filter };
  }
  // Columns of one kind mean nothing to another.
  const rest = Object.entries(query).filter(([key]) => key !== 'columns');
  return withoutUnusedKeys({ ...(Object.fromEntries(rest) as unknown as XdpQuery), kind: 'packets', filter });
}
