//! All links by route netlink, whatever bytes their names are. The library for it takes none that is not UTF-8: names
//! are taken out before it looks.

use std::{io, os::fd::OwnedFd};

use netlink_packet_core::Parseable as _;
use rtnetlink::packet_route::link::LinkMessage;
use rustix::net::{RecvFlags, bind, netlink::SocketAddrNetlink, recv};

use super::dump::{self, List, attributes, open};

/// All links (linux/rtnetlink.h): `struct ifinfomsg`, and attributes.
const LINKS: List = List { question: 18, answer: 16, fixed: 16 };
/// The attribute with a link's name (linux/if_link.h).
const NAME: u16 = 3;
/// Groups of changes: links, addresses of IPv4 and of IPv6 (`RTMGRP_LINK`, `RTMGRP_IPV4_IFADDR`,
/// `RTMGRP_IPV6_IFADDR`).
const CHANGES: u32 = 0x1 | 0x10 | 0x100;

/// A link and the bytes of its name.
pub struct Named {
    /// The name.
    pub name: Vec<u8>,
    /// All else that the kernel says of it.
    pub link: LinkMessage,
}

/// All links there are. Waits for the kernel, which answers at once.
///
/// # Errors
/// The kernel's.
pub fn dump() -> io::Result<Vec<Named>> {
    let mut found = Vec::new();
    dump::dump(LINKS, |payload| found.extend(read(payload)))?;
    Ok(found)
}

/// A socket that becomes readable when links or addresses change.
///
/// # Errors
/// The kernel's.
pub fn changes() -> io::Result<OwnedFd> {
    let socket = open()?;
    rustix::io::ioctl_fionbio(&socket, true)?;
    bind(&socket, &SocketAddrNetlink::new(0, CHANGES))?;
    Ok(socket)
}

/// Takes everything out of such a socket.
pub fn discard(socket: &OwnedFd) {
    let mut buffer = [0; 4096];
    // Too much at once is an error, once, and means changes just as well.
    while !matches!(
        recv(socket, buffer.as_mut_slice(), RecvFlags::DONTWAIT),
        Err(rustix::io::Errno::AGAIN) | Ok((_, 0))
    ) {}
}

/// Reads a link, whose name is written over.
fn read(payload: &mut [u8]) -> Option<Named> {
    let mut name = Vec::new();
    for (kind, bytes) in attributes(payload, LINKS.fixed) {
        if kind == NAME {
            name = bytes.iter().copied().take_while(|byte| *byte != 0).collect();
            bytes.iter_mut().take(name.len()).for_each(|byte| *byte = b'_');
        }
    }
    let link = LinkMessage::parse(payload).ok()?;
    Some(Named { name, link })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = ((value.len() + 4) as u16).to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn a_name_may_have_any_bytes() {
        let mut payload = vec![0; LINKS.fixed];
        payload[4..8].copy_from_slice(&7_i32.to_ne_bytes());
        payload.extend(attribute(4, &1400_u32.to_ne_bytes()));
        payload.extend(attribute(NAME, b"a\xff\xc3b\0"));
        payload.extend(attribute(1, &[2, 0, 0, 0, 0, 9]));
        let found = read(&mut payload).unwrap();
        assert_eq!(found.name, b"a\xff\xc3b");
        assert_eq!(found.link.header.index, 7);
        assert_eq!(found.link.attributes.len(), 3);
    }

    #[test]
    fn what_is_cut_short_is_no_link() {
        for length in 0..LINKS.fixed {
            assert!(read(&mut vec![0; length]).is_none());
        }
    }

    #[test]
    fn every_namespace_has_a_loopback_interface() {
        let found = dump().unwrap();
        assert!(found.iter().any(|one| one.name == b"lo"), "{} links", found.len());
    }
}
