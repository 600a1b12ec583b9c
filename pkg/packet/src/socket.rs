//! What kernel programs tell of sockets of this machine, by the addresses and ports that their packets have.

use bytemuck::{Pod, Zeroable};

use crate::{
    flow::FlowKey,
    headers::{Headers, present},
};

/// The ends of a socket's packets, which its packets are recognised by. There is no padding: the kernel compares the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
#[repr(C, align(8))]
pub struct Ends {
    /// The socket's own address, as in the packet; an IPv4 address takes the first word.
    pub local: [u32; 4],
    /// The address that it is connected to.
    pub remote: [u32; 4],
    /// The socket's own port.
    pub local_port: u16,
    /// The port that it is connected to.
    pub remote_port: u16,
    /// Upper-layer protocol number (IANA).
    pub protocol: u8,
    /// IP version of the packets, 4 or 6.
    pub version: u8,
    /// Keeps the layout free of padding.
    pub reserved: u16,
}

const _: () = assert!(size_of::<Ends>() == 40);

impl Ends {
    /// Those of the socket that sends the packets of a flow; `None` where they have no addresses.
    #[must_use]
    pub fn of_sender(key: &FlowKey) -> Option<Self> {
        let version = key.version()?;
        let (local_port, remote_port) = key.ports().unwrap_or_default();
        let (local, remote) = (bytemuck::cast(key.source), bytemuck::cast(key.destination));
        Some(Self { local, remote, local_port, remote_port, protocol: key.protocol, version, reserved: 0 })
    }

    /// Those of the socket that sends a packet; `None` where it has no addresses.
    #[must_use]
    pub fn of_headers(headers: &Headers) -> Option<Self> {
        let version = headers.version()?;
        let ports = headers.has(present::PORTS).then_some((headers.source_port, headers.destination_port));
        let (local_port, remote_port) = ports.unwrap_or_default();
        let (local, remote) = (bytemuck::cast(headers.source_ip), bytemuck::cast(headers.destination_ip));
        let protocol = headers.protocol;
        Some(Self { local, remote, local_port, remote_port, protocol, version, reserved: 0 })
    }

    /// Those of the socket at the other end.
    #[must_use]
    pub const fn reversed(&self) -> Self {
        Self {
            local: self.remote,
            remote: self.local,
            local_port: self.remote_port,
            remote_port: self.local_port,
            ..*self
        }
    }
}

/// Connections that are kept at most; those that have been silent for longest give way.
pub const MOST_CONNECTIONS: u32 = 65_536;

/// How well a TCP socket is connected, as the kernel's own TCP has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Connection {
    /// The socket (`SO_COOKIE`): another one may have had the same ends before.
    pub cookie: u64,
    /// When it asked for the connection, nanoseconds of `CLOCK_MONOTONIC`; 0 where that was not seen.
    pub asked: u64,
    /// Smoothed round trip in microseconds (`tcpi_rtt`); 0 where it was not measured yet.
    pub rtt: u32,
    /// From the request for a connection to its answer, microseconds; of a connection that was accepted, from the answer to
    /// its confirmation. 0 where it was not seen.
    pub handshake: u32,
    /// Segments that were sent again (`tcpi_total_retrans`) since the socket is known.
    pub retransmits: u32,
    /// Segments that had been sent again before.
    pub before: u32,
}

/// Sockets whose owner is kept at most, and ends of packets whose socket is; those give way that were used least lately.
pub const MOST_SOCKETS: u32 = 65_536;

/// Bytes of a process's name in the kernel (`TASK_COMM_LEN`).
pub const NAME: usize = 16;

/// Whose a socket is, by its cookie (`SO_COOKIE`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Owner {
    /// Name of the thread that made the socket, or of the process that had it; ends with zeros.
    pub name: [u8; NAME],
    /// Id of the process's control group.
    pub group: u64,
    /// Number of the process, as the whole machine has it.
    pub process: u32,
    /// Number of the user, as the whole machine has it.
    pub user: u32,
}

/// The sockets of packets with some ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Holder {
    /// The socket's cookie; of a connection that was accepted, that of the socket that listens.
    pub cookie: u64,
    /// The cookie of the socket that was made for the connection, whose maker is not known; or 0.
    pub accepted: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_is_sent_by_the_socket_that_has_its_source() {
        let mut key = FlowKey::zeroed();
        assert_eq!(Ends::of_sender(&key), None);
        key.version = 4;
        key.protocol = 6;
        key.present = present::PORTS;
        (key.source_port, key.destination_port) = (40_000, 80);
        key.source[..4].copy_from_slice(&[192, 0, 2, 1]);
        key.destination[..4].copy_from_slice(&[192, 0, 2, 2]);
        let ends = Ends::of_sender(&key).unwrap();
        assert_eq!((ends.local_port, ends.remote_port, ends.protocol, ends.version), (40_000, 80, 6, 4));
        assert_eq!(ends.local, [u32::from_ne_bytes([192, 0, 2, 1]), 0, 0, 0]);
        let other = ends.reversed();
        assert_eq!((other.local, other.remote, other.local_port), (ends.remote, ends.local, 80));
        assert_eq!(other.reversed(), ends);
    }
}
