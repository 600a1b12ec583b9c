//! TCP, UDP, UDP-Lite, DCCP, SCTP, ICMP, ICMPv6, and what is none of them.

use xdplive_packet::{Headers, LinkType, Malformed, Wire, headers::present};

use crate::support::{assert_kept_when_cut, hex, ipv4, raw, with};

/// The length of the IPv4 header in front of all upper layers here.
const IP: usize = 20;

/// `payload` in an IPv4 packet of protocol `protocol`.
fn packet(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let header =
        format!("45 00 {:04x} 0000 4000 40 {protocol:02x} 0000 c0000201 c6336407", IP + payload.len());
    [hex(&[&header]), payload.to_vec()].concat()
}

/// What is read of such a packet's IP header.
fn expected(protocol: u8, payload: &[u8]) -> Headers {
    Headers {
        source_ip: ipv4([192, 0, 2, 1]),
        destination_ip: ipv4([198, 51, 100, 7]),
        length: (IP + payload.len()) as u32,
        present: present::IP | present::ADDRESSES | present::PROTOCOL,
        header_length: IP as u16,
        version: 4,
        protocol,
        ttl: 64,
        ..Headers::EMPTY
    }
}

/// 40000 to 443, SYN, 20 bytes of options.
fn syn() -> Vec<u8> {
    hex(&["9c40 01bb 00000001 00000000 a002 faf0 0000 0000", "020405b4 0402080a 00000001 00000000 01030307"])
}

/// 53 to 65535, 8 and 4 bytes.
fn datagram() -> Vec<u8> {
    hex(&["0035 ffff 000c 0000 01020304"])
}

#[test]
fn tcp() {
    let expected = Headers {
        source_port: 40_000,
        destination_port: 443,
        present: expected(6, &[]).present | present::PORTS | present::TCP_FLAGS | present::WINDOW,
        header_length: 60,
        tcp_flags: 0x02,
        tcp_window: 0xfaf0,
        ..expected(6, &syn())
    };
    assert_eq!(raw(&packet(6, &syn())), expected);
}

#[test]
fn every_combination_of_tcp_flags() {
    for flags in 0..=u8::MAX {
        // The four bits in front of them are reserved, or an experiment.
        for reserved in [0xa0, 0xa1, 0xaf] {
            let headers = raw(&packet(6, &with(&syn(), 12, &[reserved, flags])));
            assert_eq!((headers.tcp_flags(), headers.malformed()), (Some(flags), None));
        }
    }
}

/// Below 5 words there is no header, above 10 it does not fit into this packet.
#[test]
fn every_tcp_data_offset() {
    for offset in 0..16_u8 {
        let headers = raw(&packet(6, &with(&syn(), 12, &[offset << 4])));
        let (malformed, length) = match offset {
            0..5 => (Some(Malformed::BadLength), 20),
            5..=10 => (None, u16::from(offset) * 4),
            11.. => (Some(Malformed::BadLength), 20),
        };
        assert_eq!((headers.malformed(), headers.header_length), (malformed, IP as u16 + length), "{offset}");
        assert_eq!((headers.source_port(), headers.tcp_flags()), (Some(40_000), Some(2)), "{offset}");
    }
}

#[test]
fn every_tcp_window() {
    for window in 0..=u16::MAX {
        let headers = raw(&packet(6, &with(&syn(), 14, &window.to_be_bytes())));
        assert_eq!((headers.tcp_window(), headers.malformed()), (Some(window), None));
    }
}

#[test]
fn a_tcp_header_that_the_packet_does_not_hold() {
    for length in 0..20 {
        let headers = raw(&[packet(6, &syn()[..length]), syn()].concat());
        assert_eq!(headers.malformed(), Some(Malformed::Truncated), "{length}");
        assert_eq!(headers.has(present::PORTS), length >= 4, "{length}");
        assert_eq!(headers.has(present::TCP_FLAGS), length >= 14, "{length}");
        assert_eq!(headers.has(present::WINDOW), length >= 16, "{length}");
    }
}

#[test]
fn udp() {
    let expected = Headers {
        source_port: 53,
        destination_port: 65_535,
        present: expected(17, &[]).present | present::PORTS,
        header_length: 28,
        ..expected(17, &datagram())
    };
    assert_eq!(raw(&packet(17, &datagram())), expected);
}

/// Less than the packet holds is allowed; less than the header or more than the packet is not.
#[test]
fn every_udp_length() {
    for length in 0..=u16::MAX {
        let headers = raw(&packet(17, &with(&datagram(), 4, &length.to_be_bytes())));
        let malformed = if (8..=12).contains(&length) { None } else { Some(Malformed::BadLength) };
        assert_eq!((headers.malformed(), headers.source_port()), (malformed, Some(53)), "{length}");
        assert_eq!(headers.header_length, 28);
    }
}

/// RFC 2675, 4: a length that the field cannot say is 0.
#[test]
fn a_udp_length_of_0() {
    let mut large = with(&packet(17, &with(&datagram(), 4, &[0, 0])), 2, &[0, 0]);
    large.resize(IP + 65_536, 0);
    assert_eq!((raw(&large).malformed(), raw(&large).length()), (None, Some(65_556)));
    // Here it could have said it.
    large.resize(IP + 65_535, 0);
    assert_eq!((raw(&large).malformed(), raw(&large).length()), (Some(Malformed::BadLength), Some(65_555)));
}

#[test]
fn a_udp_header_that_the_packet_does_not_hold() {
    for length in 0..8 {
        let headers = raw(&[packet(17, &datagram()[..length]), datagram()].concat());
        assert_eq!(headers.malformed(), Some(Malformed::Truncated), "{length}");
        assert_eq!(headers.has(present::PORTS), length >= 4, "{length}");
    }
}

/// RFC 3828, 3.1: the field in the place of the length says how much the checksum covers, and 0 stands for all of it.
#[test]
fn udp_lite() {
    for coverage in [0, 1, 7, 8, 12, 13, 0xffff_u16] {
        let datagram = with(&datagram(), 4, &coverage.to_be_bytes());
        let expected = Headers {
            source_port: 53,
            destination_port: 65_535,
            present: expected(136, &[]).present | present::PORTS,
            header_length: 28,
            ..expected(136, &datagram)
        };
        assert_eq!(raw(&packet(136, &datagram)), expected, "{coverage}");
    }
    for length in 0..8 {
        let headers = raw(&[packet(136, &datagram()[..length]), datagram()].concat());
        assert_eq!(headers.malformed(), Some(Malformed::Truncated), "{length}");
        assert_eq!(headers.has(present::PORTS), length >= 4, "{length}");
    }
}

/// 5000 to 5001, DataAck with long sequence numbers: 16 bytes that all have, 8 of acknowledgment; 2 of data.
fn data_ack() -> Vec<u8> {
    hex(&["1388 1389 06 00 b1c2 09 00 000000000001", "0000 000000000002", "dada"])
}

/// 5000 to 5001, Data with short sequence numbers: 12 bytes; 2 of data.
fn short_data() -> Vec<u8> {
    hex(&["1388 1389 03 00 b1c2 04 000001", "dada"])
}

/// RFC 4340, 5.1.
#[test]
fn dccp() {
    for (message, header_length) in [(data_ack(), 44), (short_data(), 32)] {
        let expected = Headers {
            source_port: 5000,
            destination_port: 5001,
            present: expected(33, &[]).present | present::PORTS,
            header_length,
            ..expected(33, &message)
        };
        assert_eq!(raw(&packet(33, &message)), expected);
        for length in 0..usize::from(header_length) - IP {
            let headers = raw(&[packet(33, &message[..length]), vec![0; 20]].concat());
            // With the data offset and the form of the header in hand, the packet ends before the header's own end.
            let malformed = if length < if header_length == 44 { 16 } else { 12 } {
                Malformed::Truncated
            } else {
                Malformed::BadLength
            };
            assert_eq!(headers.malformed(), Some(malformed), "{length}");
            assert_eq!(headers.has(present::PORTS), length >= 4, "{length}");
        }
    }
}

/// Below what the form of the sequence numbers takes there is no header, beyond the packet neither.
#[test]
fn every_dccp_data_offset() {
    for offset in 0..=u8::MAX {
        for (message, least, most) in [(data_ack(), 4, 6), (short_data(), 3, 3)] {
            let headers = raw(&packet(33, &with(&message, 4, &[offset])));
            let is_right = (least..=most).contains(&offset);
            assert_eq!(headers.malformed(), (!is_right).then_some(Malformed::BadLength), "{offset}");
            let length = if is_right { offset } else { least };
            assert_eq!(headers.header_length, IP as u16 + u16::from(length) * 4, "{offset}");
            assert_eq!((headers.source_port(), headers.destination_port()), (Some(5000), Some(5001)));
        }
    }
}

#[test]
fn sctp() {
    let cookie_ack = hex(&["0b59 0b5a 00000001 a1b2c3d4 0b000004"]);
    let expected = Headers {
        source_port: 2905,
        destination_port: 2906,
        present: expected(132, &[]).present | present::PORTS,
        header_length: 32,
        ..expected(132, &cookie_ack)
    };
    assert_eq!(raw(&packet(132, &cookie_ack)), expected);
    for length in 0..12 {
        let headers = raw(&[packet(132, &cookie_ack[..length]), vec![0; 20]].concat());
        assert_eq!(headers.malformed(), Some(Malformed::Truncated), "{length}");
        assert_eq!(headers.has(present::PORTS), length >= 4, "{length}");
    }
}

/// Destination unreachable: the ports of the packet it quotes are not its own.
#[test]
fn icmp() {
    let quoted = packet(17, &datagram());
    let message = [hex(&["03 01 0000 00000000"]), quoted].concat();
    // RFC 792 has four more bytes in every header, RFC 4443 has not.
    for (protocol, header_length) in [(1, 28), (58, 24)] {
        let expected = Headers {
            present: expected(protocol, &[]).present | present::ICMP,
            header_length,
            icmp_type: 3,
            icmp_code: 1,
            ..expected(protocol, &message)
        };
        assert_eq!(raw(&packet(protocol, &message)), expected);
    }
}

#[test]
fn an_icmp_header_that_the_packet_does_not_hold() {
    for length in 0..4 {
        let headers = raw(&[packet(1, &[8, 0, 0xf7, 0xff][..length]), vec![0; 20]].concat());
        assert_eq!(headers.malformed(), Some(Malformed::Truncated), "{length}");
        assert_eq!(headers.has(present::ICMP), length >= 2, "{length}");
    }
    // Type, code and checksum are all that the messages have in common.
    assert_eq!(raw(&packet(1, &[8, 0, 0xf7, 0xff])).malformed(), None);
    // What follows the packet is no part of its header, whole or not.
    for (length, header_length) in [(4, 24), (7, 24), (8, 28), (9, 28)] {
        let message = [&[8, 0, 0xf7, 0xff][..], &[0; 5]].concat();
        let headers = raw(&[packet(1, &message[..length]), vec![0xaa; 20]].concat());
        assert_eq!((headers.malformed(), headers.header_length), (None, header_length), "{length}");
    }
}

/// Tunnels are not entered: their addresses and ports are those of other packets.
#[test]
fn what_is_not_read_further() {
    for protocol in (0..=u8::MAX).filter(|protocol| ![1, 6, 17, 33, 58, 132, 136].contains(protocol)) {
        let inner = packet(6, &syn());
        assert_eq!(raw(&packet(protocol, &inner)), expected(protocol, &inner));
        assert_eq!(raw(&packet(protocol, &[])), expected(protocol, &[]));
    }
}

#[test]
fn a_fault_of_the_upper_layer_goes_before_a_cut_behind_it() {
    let packet = packet(17, &with(&datagram(), 4, &[0, 7]));
    assert_eq!(raw(&packet[..packet.len() - 1]).malformed(), Some(Malformed::BadLength));
}

#[test]
fn cut_anywhere() {
    use present::{ADDRESSES, ICMP, IP, PORTS, PROTOCOL, TCP_FLAGS, WINDOW};
    let wire = Wire::new(LinkType::RawIp);
    let ip = (20, IP | ADDRESSES | PROTOCOL);
    assert_kept_when_cut(&packet(6, &syn()), &wire, &[ip, (24, PORTS), (34, TCP_FLAGS), (36, WINDOW)], 60);
    assert_kept_when_cut(&packet(17, &datagram()), &wire, &[ip, (24, PORTS)], 32);
    assert_kept_when_cut(&packet(132, &[1; 16]), &wire, &[ip, (24, PORTS)], 36);
    assert_kept_when_cut(&packet(136, &datagram()), &wire, &[ip, (24, PORTS)], 32);
    assert_kept_when_cut(&packet(33, &data_ack()), &wire, &[ip, (24, PORTS)], 46);
    assert_kept_when_cut(&packet(33, &short_data()), &wire, &[ip, (24, PORTS)], 34);
    assert_kept_when_cut(&packet(1, &[8, 0, 0, 0, 0, 0, 0, 0]), &wire, &[ip, (22, ICMP)], 28);
    assert_kept_when_cut(&packet(58, &[128, 0, 0, 0, 0, 0, 0, 0]), &wire, &[ip, (22, ICMP)], 28);
    assert_kept_when_cut(&packet(47, &[0; 8]), &wire, &[ip], 28);
}
