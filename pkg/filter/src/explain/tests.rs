use crate::Filter;

fn assert_means(text: &str, meaning: &str) {
    assert_eq!(Filter::parse(text).unwrap().meaning(), meaning, "{text}");
}

#[test]
fn conditions() {
    for (text, meaning) in [
        ("arp", "ARP packets"),
        ("atalk", "ATALK packets"),
        ("ether proto 0x88cc", "LLDP packets"),
        ("lldp", "LLDP packets"),
        ("stp", "packets of spanning tree (STP)"),
        ("llc", "packets of LLC, behind a length"),
        (
            "llc ui or llc xid",
            "packets of LLC that carry unnumbered information (UI) or of LLC that exchange identification (XID)",
        ),
        ("isis and not l1", "packets of IS-IS, except those with IS-IS PDUs of level 1"),
        ("isis proto 20 or isis proto 25", "packets with IS-IS PDUs of type 20 or 25"),
        ("iso proto 5", "packets of OSI protocol 0x05"),
        ("ether proto 0xaa", "packets to LLC service access point 0xaa"),
        ("ipx", "packets of IPX, behind a type or a length"),
        ("ether proto 0x88b5", "packets of EtherType 0x88b5"),
        ("icmp6", "ICMPv6 packets"),
        ("proto 47", "packets of IP protocol 47 (GRE)"),
        ("ip6 proto 47", "packets of IPv6 protocol 47 (GRE)"),
        ("src host 192.0.2.7", "packets from host 192.0.2.7"),
        ("arp host 192.0.2.7", "packets of ARP to or from host 192.0.2.7"),
        ("ip net 10.0.0.0/8", "packets of IPv4 to or from network 10.0.0.0/8"),
        ("dst net fd00::/8", "packets to network fd00::/8"),
        ("ether src 2:0:0:0:0:1", "packets from Ethernet address 02:00:00:00:00:01"),
        ("tcp port 443", "packets to or from TCP port 443 (https)"),
        ("src and dst port 53", "packets both to and from port 53 (dns)"),
        ("udp dst portrange 8000-8080", "packets to UDP ports 8000 to 8080"),
        ("broadcast", "packets to everyone on the link (Ethernet broadcast)"),
        ("multicast", "packets to a group or everyone on the link (Ethernet multicast and broadcast)"),
        ("ip broadcast", "packets to an IPv4 broadcast address"),
        ("ip6 multicast", "packets to an IPv6 multicast address"),
        ("vlan", "packets with a VLAN tag"),
        ("vlan 40 and vlan 7", "packets of VLAN 40 and of inner VLAN 7"),
        ("vlan and vlan", "packets with a VLAN tag and with an inner VLAN tag"),
        ("vxlan", "packets in VXLAN"),
        ("vxlan 5", "packets in VXLAN with the id 5"),
        ("pppoes", "packets in a PPPoE session"),
        ("mpls 16 and tcp", "TCP packets in MPLS with the id 16"),
        ("fragment", "packets that are fragments"),
        ("port vxlan", "packets to or from UDP port 4789 (vxlan)"),
        ("inbound", "received packets"),
    ] {
        assert_means(text, meaning);
    }
}

#[test]
fn comparisons() {
    for (text, meaning) in [
        ("less 100", "packets with a length of at most 100 bytes"),
        ("5 > ttl", "packets with a TTL below 5"),
        ("dscp ef", "packets with a DSCP of 46 (ef)"),
        ("icmp[icmptype] == icmp-echo", "packets of ICMP with type 8 (echo)"),
        ("icmp6[1] > 3", "packets of ICMPv6 with code above 3"),
        ("tcp[13] & 2 != 0", "packets of TCP over IPv4 with the flag SYN"),
        ("tcp[13] & 2 == 2", "packets of TCP over IPv4 with the flag SYN"),
        ("tcp[13] & 2 = 0", "packets of TCP over IPv4 with no flag SYN"),
        ("tcp[13] & 2 != 2", "packets of TCP over IPv4 with no flag SYN"),
        ("tcp[13] & 5 = 0", "packets of TCP over IPv4 with no flags FIN or RST"),
        (
            "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
            "packets of TCP over IPv4 with at least one of the flags FIN and SYN",
        ),
        ("tcp[13] & 18 = 2", "packets of TCP over IPv4 with the flag SYN but not ACK"),
        ("tcp[13] & 18 = 18", "packets of TCP over IPv4 with the flags SYN and ACK"),
        ("tcp[13] = 18", "packets of TCP over IPv4 with the flags SYN and ACK, and no other"),
        ("tcp[13] = 0", "packets of TCP over IPv4 with no flag"),
        ("tcp[13] != 0", "packets of TCP over IPv4 with any flag"),
        ("tcp[13] & 3 > 1", "packets where tcp[13] & 3 is above 1"),
        ("tcp[13] & 2 = 1", "packets where tcp[13] & 2 is 1"),
        ("tcpflags syn", "packets of TCP with the flag SYN"),
        ("tcpflags & (syn|fin) != 0", "packets of TCP with at least one of the flags FIN and SYN"),
        ("window 0", "packets with a TCP window of 0"),
        ("payload > 0", "packets with a payload above 0 bytes"),
        ("100 >= payload", "packets with a payload of at most 100 bytes"),
        (
            "ip[2:2] - ((ip[0]&0xf)<<2) - ((tcp[12]&0xf0)>>2) > 100",
            "packets of TCP over IPv4 with a payload above 100 bytes",
        ),
        ("ip[6:2] & 0x1fff != 0", "packets where ip[6:2] & 8191 is not 0"),
        ("ip6 proto 44", "packets where ip6[6] is 44"),
        ("df", "packets where ip[6] & 64 is not 0"),
        ("ip[8] != 64", "packets where ip[8] is not 64"),
    ] {
        assert_means(text, meaning);
    }
}

#[test]
fn conditions_joined() {
    for (text, meaning) in [
        ("", "every packet"),
        (
            "tcp port 443 and not host 192.0.2.7",
            "packets to or from TCP port 443 (https), except those to or from host 192.0.2.7",
        ),
        (
            "outbound and udp port 1900 and ttl 1",
            "sent packets to or from UDP port 1900 (ssdp) and with a TTL of 1",
        ),
        (
            "udp and inbound and ttl 1 and less 99",
            "received UDP packets with a TTL of 1 and with a length of at most 99 bytes",
        ),
        ("tcp and udp", "packets of TCP and of UDP"),
        ("not arp", "every packet except those of ARP"),
        ("not (tcp or udp)", "every packet except those of TCP or UDP"),
        ("not (tcp and port 1)", "every packet except those (of TCP and to or from port 1 (tcpmux))"),
        ("not not tcp", "TCP packets"),
        (
            "tcp and not port 22 and not port 23",
            "TCP packets, except those to or from port 22 (ssh) or 23 (telnet)",
        ),
        ("port 80 or 443", "packets to or from port 80 (http) or 443 (https)"),
        (
            "tcp and (port 80 or 443 or ttl 1)",
            "TCP packets (to or from port 80 (http) or 443 (https) or with a TTL of 1)",
        ),
        ("tcp and port (80 or 443)", "TCP packets to or from port 80 (http) or 443 (https)"),
        ("arp or tcp and ttl 1", "packets (of ARP or TCP) and with a TTL of 1"),
        ("arp or (tcp and not ttl 1)", "packets of ARP or (of TCP and not with a TTL of 1)"),
        ("(arp or ttl 1) and not vlan", "packets (of ARP or with a TTL of 1), except those with a VLAN tag"),
        ("ttl 1 or ttl 2 or arp", "packets with a TTL of 1 or 2 or of ARP"),
    ] {
        assert_means(text, meaning);
    }
}
