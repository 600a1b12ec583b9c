const HELP =
  "Which packets are shown, in tcpdump's filter language. None: every packet. A variable can stand for the whole text or for a value in it, as in host $host; several values become (a or b).";

const HELP_OF_FLOWS =
  'Here it can ask for only what a flow carries: addresses, ports, protocol, VLAN, ethertype, direction, cast.';

/** What a filter is; one that chooses among flows can ask for less than one that chooses among packets. */
export function filterHelp(isOfFlows: boolean): string {
  return isOfFlows ? `${HELP} ${HELP_OF_FLOWS}` : HELP;
}
