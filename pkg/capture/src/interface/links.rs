//! All links by route netlink, whatever bytes their names are. The library for it takes none that is not UTF-8: names
//! are taken out before it looks.

use std::{io, os::fd::OwnedFd, time::Duration};

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, Parseable as _};
use rtnetlink::packet_route::link::LinkMessage;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, connect,
    netlink::SocketAddrNetlink,
    recv, send, socket_with,
    sockopt::{Timeout, set_socket_timeout},
};

/// Bytes of an answer at most (netlink_dump in net/netlink/af_netlink.c).
const ANSWER: usize = 32 * 1024;
/// The kernel answers at once; but nothing here waits forever.
const PATIENCE: Duration = Duration::from_secs(1);
/// Length of `struct nlmsghdr`, and of `struct ifinfomsg` behind it.
const HEADER: usize = 16;
/// The kinds of messages (linux/netlink.h, linux/rtnetlink.h).
const ERROR: u16 = 2;
const DONE: u16 = 3;
const NEW_LINK: u16 = 16;
const GET_LINK: u16 = 18;
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
    let socket = open()?;
    set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
    // Number 0 is the kernel: nobody else's messages arrive from now on.
    connect(&socket, &SocketAddrNetlink::new(0, 0))?;
    send(&socket, &request(), SendFlags::empty())?;
    let mut found = Vec::new();
    let mut buffer = vec![0; ANSWER];
    loop {
        let (_, length) = recv(&socket, buffer.as_mut_slice(), RecvFlags::TRUNC)?;
        let Some(mut rest) = buffer.get_mut(..length).filter(|answer| !answer.is_empty()) else {
            return Err(io::Error::other(format!("an answer of {length} bytes")));
        };
        while let Some((message, behind)) = first_message(rest) {
            match message {
                Message::Link(payload) => found.extend(read(payload)),
                Message::End(0) => return Ok(found),
                Message::End(error) => return Err(io::Error::from_raw_os_error(error.saturating_neg())),
                Message::Other => {}
            }
            rest = behind;
        }
    }
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

fn open() -> io::Result<OwnedFd> {
    // Without a protocol it is route netlink, whose number is 0.
    Ok(socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?)
}

/// Asks for all links.
fn request() -> [u8; 2 * HEADER] {
    let mut bytes = [0; 2 * HEADER];
    let length = (bytes.len() as u32).to_ne_bytes();
    let flags = (NLM_F_REQUEST | NLM_F_DUMP).to_ne_bytes();
    let fields = length.into_iter().chain(GET_LINK.to_ne_bytes()).chain(flags);
    bytes.iter_mut().zip(fields).for_each(|(byte, field)| *byte = field);
    bytes
}

enum Message<'a> {
    Link(&'a mut [u8]),
    /// The last one, with an error that is negative, or 0.
    End(i32),
    Other,
}

/// The first message of an answer, and what is behind it.
fn first_message(bytes: &mut [u8]) -> Option<(Message<'_>, &mut [u8])> {
    let length = u32::from_ne_bytes(*bytes.first_chunk()?) as usize;
    let kind = u16::from_ne_bytes(*bytes.get(4..)?.first_chunk()?);
    if length < HEADER || length > bytes.len() {
        return None;
    }
    let aligned = length.next_multiple_of(4).min(bytes.len());
    let (message, behind) = bytes.split_at_mut(aligned);
    let payload = message.get_mut(HEADER..length)?;
    let message = match kind {
        NEW_LINK => Message::Link(payload),
        ERROR | DONE => Message::End(payload.first_chunk().map_or(0, |code| i32::from_ne_bytes(*code))),
        _ => Message::Other,
    };
    Some((message, behind))
}

/// Reads a link, whose name is written over.
fn read(payload: &mut [u8]) -> Option<Named> {
    let mut name = Vec::new();
    let mut rest = payload.get_mut(HEADER..)?;
    while rest.len() >= 4 {
        let length = usize::from(u16::from_ne_bytes(*rest.first_chunk()?));
        let kind = u16::from_ne_bytes(*rest.get(2..)?.first_chunk()?);
        if length < 4 || length > rest.len() {
            break;
        }
        let (attribute, behind) = rest.split_at_mut(length.next_multiple_of(4).min(rest.len()));
        if kind == NAME {
            let bytes = attribute.get_mut(4..length)?;
            name = bytes.iter().copied().take_while(|byte| *byte != 0).collect();
            bytes.iter_mut().take(name.len()).for_each(|byte| *byte = b'_');
        }
        rest = behind;
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
        let mut payload = vec![0; HEADER];
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
        for length in 0..HEADER {
            assert!(read(&mut vec![0; length]).is_none());
            assert!(first_message(&mut vec![0xff; length]).is_none());
        }
    }

    #[test]
    fn every_namespace_has_a_loopback_interface() {
        let found = dump().unwrap();
        assert!(found.iter().any(|one| one.name == b"lo"), "{} links", found.len());
    }
}
