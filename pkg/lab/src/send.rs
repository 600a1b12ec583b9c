//! Raw frames onto an interface, by a packet socket (packet(7)).

use std::{
    ffi::CString,
    io,
    mem::size_of,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    thread,
    time::{Duration, Instant},
};

use crate::namespace::Namespace;

/// Sends frames out of one interface.
pub struct Sender {
    socket: OwnedFd,
}

impl Sender {
    /// For `interface` of `namespace`.
    ///
    /// # Panics
    /// Where there is no such interface.
    #[must_use]
    pub fn new(namespace: &Namespace, interface: &str) -> Self {
        let socket =
            namespace.enter(|| open(interface)).unwrap_or_else(|error| panic!("{interface}: {error}"));
        Self { socket }
    }

    /// Sends one frame.
    ///
    /// # Panics
    /// Where the kernel does not take it.
    pub fn send(&self, frame: &[u8]) {
        rustix::io::write(&self.socket, frame).expect("sending a frame");
    }

    /// Sends `count` frames at an even rate, the number of each given to `frame`.
    pub fn send_at(&self, per_second: u32, count: u32, mut frame: impl FnMut(u32) -> Vec<u8>) {
        let start = Instant::now();
        for number in 0..count {
            let due = start + Duration::from_secs(1) * number / per_second;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            self.send(&frame(number));
        }
    }
}

fn open(interface: &str) -> io::Result<OwnedFd> {
    let name = CString::new(interface)?;
    let check = |result: libc::c_int| if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) };
    // SAFETY: rustix has no address of packet sockets yet; the calls get pointers to values that live as long.
    unsafe {
        let index = libc::if_nametoindex(name.as_ptr());
        if index == 0 {
            return Err(io::Error::last_os_error());
        }
        // Protocol 0: it receives nothing.
        let socket = OwnedFd::from_raw_fd(check(libc::socket(
            libc::AF_PACKET,
            libc::SOCK_RAW | libc::SOCK_CLOEXEC,
            0,
        ))?);
        let mut address: libc::sockaddr_ll = std::mem::zeroed();
        address.sll_family = libc::AF_PACKET as u16;
        address.sll_ifindex = index as i32;
        let length = size_of::<libc::sockaddr_ll>() as u32;
        check(libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length))?;
        Ok(socket)
    }
}
