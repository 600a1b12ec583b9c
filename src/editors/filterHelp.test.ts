import { filterHelp } from './filterHelp';

const OF_FLOWS = 'only what a flow carries: addresses, ports, protocol, VLAN, ethertype, direction, cast';

it('says what a filter among flows can ask for, and of one among packets nothing less', () => {
  expect(filterHelp(true)).toContain(OF_FLOWS);
  expect(filterHelp(true).startsWith(filterHelp(false))).toBe(true);
  expect(filterHelp(false)).toContain("in tcpdump's filter language");
  expect(filterHelp(false)).not.toContain('only');
});
