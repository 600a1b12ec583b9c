//! Lists that route netlink gives whole: all links, all queueing disciplines.

use std::{io, os::fd::OwnedFd, time::Duration};

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, connect,
    netlink::SocketAddrNetlink,
    recv, send, socket_with,
    sockopt::{Timeout, set_socket_timeout},
};

/// Bytes of an answer at most (netlink_dump in net/netlink/af_netlink.c).
const ANSWER: usize = 32 * 1024;
/// The kernel answers at once; but nothing here waits forever.
const PATIENCE: Duration = Duration::from_secs(1);
/// Length of `struct nlmsghdr`.
const HEADER: usize = 16;
/// The kinds of messages that end an answer (linux/netlink.h).
const ERROR: u16 = 2;
const DONE: u16 = 3;

/// What is asked for: the kind of the question, that of its answers, and the length of the structure that both begin with.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    pub(super) question: u16,
    pub(super) answer: u16,
    pub(super) fixed: usize,
}

/// Gives `take` each message of a list, without its header. Waits for the kernel, which answers at once.
///
/// # Errors
/// The kernel's.
pub(super) fn dump(list: List, mut take: impl FnMut(&mut [u8])) -> io::Result<()> {
    let socket = open()?;
    set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
    // Number 0 is the kernel: nobody else's messages arrive from now on.
    connect(&socket, &SocketAddrNetlink::new(0, 0))?;
    send(&socket, &request(list), SendFlags::empty())?;
    let mut buffer = vec![0; ANSWER];
    loop {
        let (_, length) = recv(&socket, buffer.as_mut_slice(), RecvFlags::TRUNC)?;
        let Some(mut rest) = buffer.get_mut(..length).filter(|answer| !answer.is_empty()) else {
            return Err(io::Error::other(format!("an answer of {length} bytes")));
        };
        while let Some((message, behind)) = first_message(rest, list.answer) {
            match message {
                Message::Wanted(payload) => take(payload),
                Message::End(0) => return Ok(()),
                Message::End(error) => return Err(io::Error::from_raw_os_error(error.saturating_neg())),
                Message::Other => {}
            }
            rest = behind;
        }
    }
}

/// A socket of route netlink.
pub(super) fn open() -> io::Result<OwnedFd> {
    // Without a protocol it is route netlink, whose number is 0.
    Ok(socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?)
}

/// The attributes behind `fixed` bytes of a message, by their numbers.
pub(super) fn attributes(message: &mut [u8], fixed: usize) -> Attributes<'_> {
    Attributes(message.get_mut(fixed..).unwrap_or_default())
}

/// See [`attributes`]. What is cut short ends them.
pub(super) struct Attributes<'a>(&'a mut [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a mut [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = std::mem::take(&mut self.0);
        let length = usize::from(u16::from_ne_bytes(*rest.first_chunk()?));
        let kind = u16::from_ne_bytes(*rest.get(2..)?.first_chunk()?);
        if length < 4 || length > rest.len() {
            return None;
        }
        let (attribute, behind) = rest.split_at_mut(length.next_multiple_of(4).min(rest.len()));
        self.0 = behind;
        Some((kind, attribute.get_mut(4..length)?))
    }
}

/// Asks for all of a list.
fn request(list: List) -> Vec<u8> {
    let mut bytes = vec![0; HEADER + list.fixed];
    let length = (bytes.len() as u32).to_ne_bytes();
    let flags = (NLM_F_REQUEST | NLM_F_DUMP).to_ne_bytes();
    let fields = length.into_iter().chain(list.question.to_ne_bytes()).chain(flags);
    bytes.iter_mut().zip(fields).for_each(|(byte, field)| *byte = field);
    bytes
}

enum Message<'a> {
    Wanted(&'a mut [u8]),
    /// The last one, with an error that is negative, or 0.
    End(i32),
    Other,
}

/// The first message of an answer, and what is behind it.
fn first_message(bytes: &mut [u8], wanted: u16) -> Option<(Message<'_>, &mut [u8])> {
    let length = u32::from_ne_bytes(*bytes.first_chunk()?) as usize;
    let kind = u16::from_ne_bytes(*bytes.get(4..)?.first_chunk()?);
    if length < HEADER || length > bytes.len() {
        return None;
    }
    let aligned = length.next_multiple_of(4).min(bytes.len());
    let (message, behind) = bytes.split_at_mut(aligned);
    let payload = message.get_mut(HEADER..length)?;
    let message = match kind {
        ERROR | DONE => Message::End(payload.first_chunk().map_or(0, |code| i32::from_ne_bytes(*code))),
        kind if kind == wanted => Message::Wanted(payload),
        _ => Message::Other,
    };
    Some((message, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_short_is_no_message() {
        for length in 0..HEADER {
            assert!(first_message(&mut vec![0xff; length], 16).is_none());
        }
        let mut bytes = [5_u16, 1, 0x4141, 0x41].map(u16::to_ne_bytes).concat();
        assert_eq!(
            attributes(&mut bytes, 0).map(|(kind, value)| (kind, value.to_vec())).collect::<Vec<_>>(),
            [(1, vec![0x41])]
        );
        assert_eq!(attributes(&mut [9, 0, 1, 0, 0], 0).count(), 0);
    }
}
