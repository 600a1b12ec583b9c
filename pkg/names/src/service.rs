//! Which service packets belong to. The names are those that filters know, so that each can be filtered for.

use xdplive_filter::service_name;

/// The name of the service that packets of an IP protocol (IANA's number) with these two ports, in either order, belong to.
///
/// The side of the server is the one whose port has a name. Where both have one, it is the lower, because services have low
/// ports and clients high ones. `None` where no port has a name, and for protocols other than TCP, UDP and SCTP.
#[must_use]
pub fn service(protocol: u8, (one, other): (u16, u16)) -> Option<&'static str> {
    let (lower, higher) = (one.min(other), one.max(other));
    service_name(protocol, lower).or_else(|| service_name(protocol, higher))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TCP: u8 = 6;
    const UDP: u8 = 17;

    #[test]
    fn the_side_of_the_server_is_the_one_whose_port_has_a_name() {
        assert_eq!(service(TCP, (50_123, 443)), Some("https"));
        assert_eq!(service(TCP, (443, 50_123)), Some("https"));
        // A lower port without a name.
        assert_eq!(service(TCP, (1050, 8080)), Some("http-alt"));
        assert_eq!(service(UDP, (50_085, 1900)), Some("ssdp"));
    }

    #[test]
    fn of_two_names_the_lower_port_has_it() {
        // 51820 is WireGuard's, and a port that clients have.
        assert_eq!(service(UDP, (51_820, 53)), Some("dns"));
        assert_eq!(service(UDP, (53, 51_820)), Some("dns"));
        assert_eq!(service(UDP, (51_820, 40_000)), Some("wireguard"));
    }

    #[test]
    fn what_is_registered_for_another_protocol_is_no_name() {
        // syslog is UDP's, shell TCP's.
        assert_eq!(service(UDP, (514, 40_000)), Some("syslog"));
        assert_eq!(service(TCP, (514, 40_000)), Some("shell"));
        assert_eq!(service(TCP, (51_820, 40_000)), None);
        assert_eq!(service(TCP, (40_000, 40_001)), None);
        assert_eq!(service(1, (80, 80)), None);
    }
}
