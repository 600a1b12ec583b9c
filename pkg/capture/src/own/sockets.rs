//! TCP sockets of this network namespace, by netlink (sock_diag(7)).

use std::{
    io,
    net::{Ipv4Addr, SocketAddrV4},
    os::fd::OwnedFd,
    time::Duration,
};

use netlink_packet_core::{
    NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload, Nla as _,
};
use netlink_packet_sock_diag::{
    AF_INET, AF_INET6, IPPROTO_TCP, SockDiagMessage,
    inet::{ExtensionFlags, InetRequest, InetResponse, SocketId, StateFlags, nlas::Nla},
};
use rustix::{
    fs::fstat,
    net::{
        AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, connect, listen,
        netlink::{SOCK_DIAG, SocketAddrNetlink},
        recv, send, socket_with,
        sockopt::{Timeout, set_ip_freebind, set_socket_timeout},
    },
};

use super::error::OwnError;

/// The attribute with a socket's control group, `INET_DIAG_CGROUP_ID` of linux/inet_diag.h: kernel 5.9.
const CONTROL_GROUP: u16 = 21;
/// Bytes of an answer at most (netlink_dump in net/netlink/af_netlink.c).
const ANSWER: usize = 32 * 1024;
/// The kernel answers at once; but nothing here waits forever.
const PATIENCE: Duration = Duration::from_secs(1);

/// IP versions, each with a list of its own.
pub(super) const FAMILIES: [u8; 2] = [AF_INET, AF_INET6];

/// Which sockets are asked for. The kernel looks them out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Those that listen.
    Listening,
    /// Those that are connected to this port of whatever machine.
    ConnectedTo(u16),
}

/// A socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its own port.
    pub(super) port: u16,
    /// Who made it.
    pub(super) uid: u32,
    /// Its number among sockets; 32 bits of it.
    pub(super) inode: u32,
    /// The control group (cgroup v2) in which it was made; none where the kernel does not say.
    pub(super) control_group: Option<u64>,
}

/// Shows every TCP socket of one IP version that is asked for to `look`. Those of Multipath TCP are among them.
pub(super) fn each(which: Which, family: u8, mut look: impl FnMut(&Found)) -> Result<(), OwnError> {
    let socket = ask(which, family)?;
    let mut buffer = vec![0; ANSWER];
    loop {
        let (_, length) =
            recv(&socket, buffer.as_mut_slice(), RecvFlags::TRUNC).map_err(|error| request(error.into()))?;
        let Some(mut rest) = buffer.get(..length).filter(|answer| !answer.is_empty()) else {
            return Err(request(io::Error::other(format!("an answer of {length} bytes"))));
        };
        while !rest.is_empty() {
            let message = NetlinkMessage::<SockDiagMessage>::deserialize(rest)?;
            match message.payload {
                NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(found)) => look(&as_found(&found)),
                NetlinkPayload::Error(error) if error.code.is_some() => return Err(request(error.to_io())),
                NetlinkPayload::Done(done) if done.code != 0 => {
                    return Err(request(io::Error::from_raw_os_error(done.code.saturating_neg())));
                }
                NetlinkPayload::Done(_) => return Ok(()),
                _ => {}
            }
            // Each is at least as long as its header, so this comes to an end.
            let aligned = (message.header.length as usize).next_multiple_of(4);
            rest = rest.get(aligned..).unwrap_or_default();
        }
    }
}

/// A socket on which the kernel's answer is waiting.
fn ask(which: Which, family: u8) -> Result<OwnedFd, OwnError> {
    let open = || -> io::Result<OwnedFd> {
        let flags = SocketFlags::CLOEXEC;
        let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, Some(SOCK_DIAG))?;
        set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
        // Number 0 is the kernel: nobody else's messages arrive from now on.
        connect(&socket, &SocketAddrNetlink::new(0, 0))?;
        Ok(socket)
    };
    let socket = open().map_err(OwnError::Socket)?;
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    let any = if family == AF_INET { SocketId::new_v4() } else { SocketId::new_v6() };
    let (states, socket_id) = match which {
        Which::Listening => (StateFlags::LISTEN, any),
        // A port of 0 is any (inet_diag_dump_icsk in net/ipv4/inet_diag.c).
        Which::ConnectedTo(port) => (StateFlags::ESTABLISHED, SocketId { destination_port: port, ..any }),
    };
    let wanted =
        InetRequest { family, protocol: IPPROTO_TCP, extensions: ExtensionFlags::empty(), states, socket_id };
    let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(wanted).into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    send(&socket, &bytes, SendFlags::empty()).map_err(|error| request(error.into()))?;
    Ok(socket)
}

const fn request(error: io::Error) -> OwnError {
    OwnError::Request(error)
}

fn as_found(found: &InetResponse) -> Found {
    let control_group = found.nlas.iter().find_map(|attribute| match attribute {
        Nla::Other(other) if other.kind() == CONTROL_GROUP => {
            let mut number = [0; 8];
            (other.value_len() == number.len()).then(|| {
                other.emit_value(&mut number);
                u64::from_ne_bytes(number)
            })
        }
        _ => None,
    });
    Found {
        port: found.header.socket_id.source_port,
        uid: found.header.uid,
        inode: found.header.inode,
        control_group,
    }
}

/// A listening socket of this process's own, by which it finds itself in the list.
pub(super) struct Marker {
    /// Keeps it open.
    _socket: OwnedFd,
    inode: u32,
}

impl Marker {
    /// The list it is in.
    pub(super) const FAMILY: u8 = AF_INET;

    /// Listens on any free port of the loopback address; nobody is ever answered.
    pub(super) fn open() -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
        // The address is there only while the loopback interface is up; this does without (ip(7)).
        set_ip_freebind(&socket, true)?;
        bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
        listen(&socket, 0)?;
        // The list has the lower half of it.
        let inode = fstat(&socket)?.st_ino as u32;
        Ok(Self { _socket: socket, inode })
    }

    /// Whether it is this one.
    pub(super) const fn is(&self, socket: &Found) -> bool {
        socket.inode == self.inode
    }
}
