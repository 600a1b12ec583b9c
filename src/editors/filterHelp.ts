import { t } from '../locale/t';

/** What a filter is; one that chooses among flows can ask for less than one that chooses among packets. */
export function filterHelp(isOfFlows: boolean): string {
  const help = t(
    'filter.help',
    "Which packets are shown, in tcpdump's filter language. Empty: every packet. A variable can stand for the whole text or for a value in it, as in host $host. Several values become a list such as {a,b}."
  );
  return isOfFlows
    ? `${help} ${t('filter.help-of-flows', 'Here it can ask for only what a flow carries: addresses, ports, protocol, VLAN, ethertype, direction, cast.')}`
    : help;
}
