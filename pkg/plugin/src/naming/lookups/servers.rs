//! The servers of the DNS that this machine's programs ask.

use std::{
    fs,
    io::{self, Read as _},
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

/// Where the servers are named (resolv.conf(5)).
const FILE: &str = "/etc/resolv.conf";
/// Bytes of it at most.
const MOST_BYTES: u64 = 64 * 1024;
/// Servers that are asked, as the C library has it.
const MOST_SERVERS: usize = 3;
/// The port on which they are asked.
const PORT: u16 = 53;

/// Those that are named now.
///
/// # Errors
/// Where the file is there and cannot be read.
pub(super) fn servers() -> io::Result<Vec<SocketAddr>> {
    let mut text = String::new();
    // Without such a file it is this machine that is asked.
    if let Ok(file) = fs::File::open(FILE) {
        file.take(MOST_BYTES).read_to_string(&mut text)?;
    }
    Ok(servers_in(&text))
}

/// The servers in the text of such a file; this machine's own where it names none. One with the name of an interface in its address
/// is left out.
fn servers_in(text: &str) -> Vec<SocketAddr> {
    let named = text.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        (words.next() == Some("nameserver")).then(|| words.next()?.parse::<IpAddr>().ok())?
    });
    let servers: Vec<SocketAddr> = named.take(MOST_SERVERS).map(|address| (address, PORT).into()).collect();
    if servers.is_empty() { vec![(Ipv4Addr::LOCALHOST, PORT).into()] } else { servers }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_those_of_the_file() {
        let of = |text: &str| servers_in(text).iter().map(ToString::to_string).collect::<Vec<_>>();
        let text = "# nameserver 192.0.2.9\nsearch example\nnameserver 192.0.2.1\nnameserver 2001:db8::1 # two\n\
                    nameserver fe80::1%eth0\nnameserver none\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n";
        assert_eq!(of(text), ["192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53"]);
        assert_eq!(of("options edns0\n"), ["127.0.0.1:53"]);
    }
}
