//! What a kernel program tells of a packet that the kernel has dropped.

use bytemuck::{Pod, Zeroable};

use crate::{
    frame::Frame,
    headers::{Headers, Malformed},
    parse::{Layers, parse_into},
    wire::{LinkType, Tag, Wire},
};

/// Bytes of a packet at most that come with it: enough for the headers of nearly all.
pub const MOST_BYTES: usize = 192;

/// Bytes of a function's name at most, with the zero behind it.
pub const MOST_NAME: usize = 64;

/// Functions whose names are kept at most; of those that come later none is known.
pub const MOST_LOCATIONS: u32 = 4096;

/// Combinations of reason, interface and way at most for which lost packets are counted apart.
pub const MOST_LOST: u32 = 4096;

/// A packet by which is tried whether dropped packets are seen as they are, a UDP datagram from port 1 to 2 of addresses for
/// documentation (RFC 5737). The kernel makes a packet of it, looks at it and drops it; it is never on its way.
#[rustfmt::skip]
pub static SAMPLE: [u8; 60] = [
    2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, // Ethernet
    0x45, 0, 0, 46, 0x4c, 0x69, 0, 0, 77, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, // IPv4
    0, 1, 0, 2, 0, 26, 0, 0, // UDP
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

/// What is read of the kernel's structures, by the number of its offset in the map of offsets. The loader has the same order.
pub mod offset {
    /// `sk_buff.head`.
    pub const HEAD: u32 = 0;
    /// `sk_buff.data`.
    pub const DATA: u32 = 1;
    /// `sk_buff.tail`, from `head` on.
    pub const TAIL: u32 = 2;
    /// `sk_buff.len`.
    pub const LENGTH: u32 = 3;
    /// `sk_buff.mac_header`, from `head` on.
    pub const MAC: u32 = 4;
    /// `sk_buff.network_header`, from `head` on.
    pub const NETWORK: u32 = 5;
    /// `sk_buff.skb_iif`.
    pub const RECEIVED_BY: u32 = 6;
    /// `sk_buff.dev`.
    pub const DEVICE: u32 = 7;
    /// `sk_buff.sk`.
    pub const SOCKET: u32 = 8;
    /// `sk_buff._skb_refdst`.
    pub const ROUTE: u32 = 9;
    /// `dst_entry.dev`.
    pub const ROUTE_DEVICE: u32 = 10;
    /// `net_device.ifindex`.
    pub const INDEX: u32 = 11;
    /// `net_device.type`.
    pub const TYPE: u32 = 12;
    /// `net_device.nd_net`.
    pub const DEVICE_NAMESPACE: u32 = 13;
    /// `sock_common.skc_net`.
    pub const SOCKET_NAMESPACE: u32 = 14;
    /// `net.ns.inum`.
    pub const NAMESPACE_NUMBER: u32 = 15;
    /// `bpf_prog.expected_attach_type`.
    pub const PROGRAM_PLACE: u32 = 16;
    /// `bpf_prog.aux`.
    pub const PROGRAM_MORE: u32 = 17;
    /// `bpf_prog_aux.id`.
    pub const PROGRAM_ID: u32 = 18;
    /// `bpf_prog_aux.name`.
    pub const PROGRAM_NAME: u32 = 19;
    /// How many there are.
    pub const COUNT: usize = 20;
}

/// Whether a packet was received or was to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Way {
    /// Nobody can tell.
    Unknown = 0,
    /// It was received.
    In = 1,
    /// It was to be sent.
    Out = 2,
}

/// Where the numbers begin that stand for XDP exceptions among reasons: the kernel's own end before, as in the upper 16 bits they have
/// the number of one of few subsystems.
const EXCEPTIONS: u32 = 0xfffe_0000;

/// What an XDP program wanted done with a packet, by the name that the kernel's tracepoints print (`enum xdp_action`, linux/bpf.h).
pub const ACTIONS: [&str; 5] = ["ABORTED", "DROP", "PASS", "TX", "REDIRECT"];

/// The number that stands for an XDP exception among reasons: of a packet with which a program wanted `action` done. All actions that
/// there are not have one number.
#[must_use]
pub const fn exception(action: u32) -> u32 {
    let most = ACTIONS.len() as u32;
    EXCEPTIONS | if action < most { action } else { most }
}

/// The action of the XDP exception that a reason stands for; `None` of a reason of the kernel's.
#[must_use]
pub const fn action_of(reason: u32) -> Option<u32> {
    if reason & 0xffff_0000 == EXCEPTIONS { Some(reason & 0xffff) } else { None }
}

/// Where a packet was dropped, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C)]
pub struct Place {
    /// The kernel's number of the reason, see `enum skb_drop_reason`. The numbers differ from kernel to kernel. Or one of
    /// [`exception`].
    pub reason: u32,
    /// The number of the interface; 0 where it is not known.
    pub interface: u32,
    /// A [`Way`].
    pub way: u32,
}

/// A packet that was dropped. In the ring it has its whole length, whatever it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Dropped {
    /// When: nanoseconds of `CLOCK_MONOTONIC`.
    pub time: u64,
    /// The address of the instruction behind which it was dropped, or of an XDP exception the number of the program; with it the name
    /// of the function or program is found.
    pub location: u64,
    /// Where and why.
    pub place: Place,
    /// Bytes of the packet from the first that was captured on, with those that are not captured.
    pub length: u32,
    /// How many of `bytes` there are.
    pub captured: u32,
    /// How it begins, a [`LinkType`].
    pub link: u32,
    /// The packet from its Ethernet header on, or from its IP header where there is none yet.
    pub bytes: [u8; MOST_BYTES],
}

const _: () = assert!(size_of::<Dropped>() == 40 + MOST_BYTES);

impl Dropped {
    /// Whether it is [`SAMPLE`], all of whose bytes have come.
    #[must_use]
    pub fn is_sample(&self) -> bool {
        self.length as usize == SAMPLE.len()
            && self.captured == self.length
            && self.link == LinkType::Ethernet as u32
            && self.bytes.starts_with(&SAMPLE)
    }

    /// What its headers say. What was not captured is no fault of the packet's.
    #[must_use]
    pub fn headers(&self) -> Headers {
        self.read().0
    }

    /// The same, and where its layers are. Of an XDP exception nothing is known of the packet.
    #[must_use]
    pub fn read(&self) -> (Headers, Layers) {
        if action_of(self.place.reason).is_some() {
            return (Headers::EMPTY, Layers::EMPTY);
        }
        let wire = Wire { link: LinkType::from_raw(self.link), tag: Tag::NONE };
        let (mut headers, mut layers) = (Headers::EMPTY, Layers::EMPTY);
        let mut frame = Cut { captured: self.captured(), length: self.length };
        parse_into(&mut frame, &wire, &mut headers, &mut layers);
        (headers, layers)
    }

    /// Its first bytes.
    #[must_use]
    pub fn captured(&self) -> &[u8] {
        self.bytes.get(..self.captured as usize).unwrap_or_default()
    }
}

/// A frame of which the beginning is at hand.
struct Cut<'a> {
    captured: &'a [u8],
    length: u32,
}

impl Frame for Cut<'_> {
    fn length(&self) -> u32 {
        self.length
    }

    fn read<const N: usize>(&mut self, offset: u32) -> Result<&[u8; N], Malformed> {
        let rest = self.captured.get(offset as usize..);
        rest.and_then(|rest| rest.first_chunk::<N>()).ok_or(Malformed::Truncated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A datagram of 1000 bytes, of which the first 28 are here.
    fn datagram() -> Dropped {
        let mut dropped = Dropped::zeroed();
        let header = [
            0x45, 0, 0x03, 0xe8, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 0x9c, 0x40, 0, 53,
            0x03, 0xd4, 0, 0,
        ];
        dropped.bytes[..header.len()].copy_from_slice(&header);
        (dropped.length, dropped.captured, dropped.link) =
            (1000, header.len() as u32, LinkType::RawIp as u32);
        dropped
    }

    #[test]
    fn what_is_not_captured_is_no_fault() {
        let headers = datagram().headers();
        assert_eq!(headers.malformed(), None);
        assert_eq!(
            (headers.length(), headers.ttl(), headers.destination_port()),
            (Some(1000), Some(64), Some(53))
        );
    }

    #[test]
    fn an_exception_is_no_reason_of_the_kernels_and_has_no_packet() {
        for (action, expected) in [(0, 0), (4, 4), (5, 5), (17, 5), (u32::MAX, 5)] {
            let reason = exception(action);
            assert_eq!(action_of(reason), Some(expected), "{action}");
            let place = Place { reason, ..Place::default() };
            let headers = Dropped { place, captured: 0, ..datagram() }.headers();
            assert_eq!((headers.malformed(), headers.version()), (None, None));
        }
        // A reason, that of a subsystem, and the mask of subsystems.
        assert!([0, 3, 0x2_0003, 0xffff_0000].into_iter().all(|reason| action_of(reason).is_none()));
    }

    #[test]
    fn a_header_that_is_not_captured_is_not_read() {
        let headers = Dropped { captured: 20, ..datagram() }.headers();
        assert_eq!(headers.malformed(), Some(Malformed::Truncated));
        assert_eq!((headers.protocol(), headers.destination_port()), (Some(17), None));
        assert_eq!(Dropped { captured: 0, ..datagram() }.headers().version(), None);
        assert_eq!(Dropped { captured: u32::MAX, ..datagram() }.headers().version(), None);
    }
}
