import { namesOfHosts, tcpdumpLine } from './tcpdumpLine';

const IPV4 = { interface: 'eth0', direction: 'in', ethertype: 'IPv4', version: 4, malformed: null };

describe('a packet in the words of tcpdump', () => {
  it.each([
    [
      {
        ...IPV4,
        source_ip: '192.0.2.5',
        source_port: 50085,
        destination_ip: '239.255.255.250',
        destination_port: 1900,
        protocol: 'UDP',
        ttl: 1,
        length: 129,
        tcp_flags: null,
        icmp_type: null,
      },
      'eth0 In IP 192.0.2.5.50085 > 239.255.255.250.1900: UDP, ttl 1, length 129',
    ],
    [
      {
        ...IPV4,
        direction: 'out',
        vlan: 40,
        inner_vlan: 7,
        source_ip: '192.0.2.1',
        source_port: 443,
        destination_ip: '192.0.2.9',
        destination_port: 50000,
        protocol: 'TCP',
        tcp_flags: 'SYN,ACK',
        ttl: 64,
        length: 60,
      },
      'eth0 Out vlan 40, vlan 7, IP 192.0.2.1.443 > 192.0.2.9.50000: Flags [S.], ttl 64, length 60',
    ],
    [
      {
        ...IPV4,
        tunnel: 'mpls/vxlan',
        tunnel_id: 5,
        vlan: 40,
        source_ip: 'a',
        destination_ip: 'b',
        protocol: 'UDP',
        ttl: 9,
        length: 40,
      },
      'eth0 In mpls/vxlan 5, vlan 40, IP a > b: UDP, ttl 9, length 40',
    ],
    [
      {
        ...IPV4,
        tunnel: 'ipip',
        tunnel_id: null,
        source_ip: 'a',
        destination_ip: 'b',
        protocol: 'UDP',
        ttl: 9,
        length: 40,
      },
      'eth0 In ipip, IP a > b: UDP, ttl 9, length 40',
    ],
    [
      { ...IPV4, source_ip: 'a', destination_ip: 'b', protocol: 'TCP', tcp_flags: '', ttl: 64, length: 40 },
      'eth0 In IP a > b: Flags [none], ttl 64, length 40',
    ],
    [
      {
        ...IPV4,
        source_ip: 'a',
        destination_ip: 'b',
        protocol: 'ICMP',
        icmp_type: 8,
        icmp_code: 0,
        ttl: 64,
        length: 84,
      },
      'eth0 In IP a > b: ICMP echo request, ttl 64, length 84',
    ],
    [
      { ...IPV4, source_ip: 'a', destination_ip: 'b', protocol: 'ICMP', icmp_type: 42, icmp_code: 1, length: 84 },
      'eth0 In IP a > b: ICMP type 42, code 1, length 84',
    ],
    [
      {
        ...IPV4,
        version: 6,
        source_ip: 'fe80::1',
        destination_ip: 'ff02::1',
        protocol: 'UDP',
        fragment: true,
        length: 9,
      },
      'eth0 In IP6 fe80::1 > ff02::1: UDP, fragment, length 9',
    ],
    [
      {
        interface: 'eth0',
        direction: 'in',
        ethertype: 'ARP',
        version: null,
        source_ip: '192.0.2.1',
        destination_ip: '192.0.2.23',
        frame_length: 42,
      },
      'eth0 In ARP 192.0.2.1 > 192.0.2.23, length 42',
    ],
    [
      {
        interface: 'eth0',
        direction: 'in',
        ethertype: '0x88cc',
        source_mac: '02:00:00:00:00:01',
        destination_mac: '01:80:c2:00:00:0e',
        frame_length: 60,
        malformed: 'truncated',
      },
      'eth0 In 0x88cc 02:00:00:00:00:01 > 01:80:c2:00:00:0e, length 60 [truncated]',
    ],
  ])('is a line: %#', (row, line) => {
    expect(tcpdumpLine(row)).toBe(line);
  });
});

describe('names of hosts', () => {
  it('stand behind a line where there are any, with the address of the host that has none', () => {
    const row = {
      source_ip: '192.0.2.20',
      destination_ip: '239.255.255.250',
      source_name: 'nas',
      destination_name: null,
    };
    expect(namesOfHosts(row)).toBe(' (nas > 239.255.255.250)');
    expect(namesOfHosts({ ...row, source_name: null, destination_name: 'ssdp' })).toBe(' (192.0.2.20 > ssdp)');
    expect(namesOfHosts({ ...row, source_name: null })).toBe('');
    expect(namesOfHosts({})).toBe('');
  });
});
