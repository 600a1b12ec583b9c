//! A wire between two namespaces that takes its time and loses frames: two tap devices, and threads that carry frames from
//! one to the other. For kernels without netem.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    os::fd::AsRawFd as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use crate::namespace::Namespace;

/// `TUNSETIFF` of linux/if_tun.h, and its flags "tap, without packet information".
const SET_INTERFACE: libc::c_ulong = 0x4004_54ca;
const TAP_NO_INFORMATION: libc::c_short = 0x1002;

/// Longest frame.
const FRAME: usize = 2048;
/// Frames shorter than this are not lost: handshakes, and acknowledgements.
const WITH_DATA: usize = 500;

/// Such a wire, as long as the process lives.
pub struct Relay {
    lost: Arc<AtomicU64>,
}

/// The Ethernet address of each device.
const ADDRESSES: [&str; 2] = ["02:00:00:00:00:01", "02:00:00:00:00:02"];

impl Relay {
    /// The IP addresses of the two devices.
    pub const HOSTS: [&str; 2] = ["192.0.2.1", "192.0.2.2"];

    /// Between devices `name` of two namespaces, which it makes and puts up, `delay` each way; one of `loses` frames with data
    /// from `one` to `other` is lost.
    ///
    /// # Panics
    /// Where a device cannot be made.
    #[must_use]
    pub fn start(one: &Namespace, other: &Namespace, name: &str, delay: Duration, loses: u64) -> Self {
        let [near, far] = [(one, 0, 1), (other, 1, 0)].map(|(namespace, this, that)| {
            let device = namespace.enter(|| tap(name));
            namespace.silence(name);
            namespace.ip(&["link", "set", "dev", name, "address", ADDRESSES[this], "up"]);
            namespace.ip(&["addr", "add", &format!("{}/24", Self::HOSTS[this]), "dev", name]);
            namespace.ip(&["neigh", "replace", Self::HOSTS[that], "lladdr", ADDRESSES[that], "dev", name]);
            device
        });
        let lost = Arc::new(AtomicU64::new(0));
        carry(&near, &far, delay, Some((loses, Arc::clone(&lost))));
        carry(&far, &near, delay, None);
        Self { lost }
    }

    /// Frames that were lost.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

fn carry(from: &File, to: &File, delay: Duration, loss: Option<(u64, Arc<AtomicU64>)>) {
    let (mut from, mut to) = (from.try_clone().expect("a device"), to.try_clone().expect("a device"));
    let (late, on_time): (Sender<(Instant, Vec<u8>)>, Receiver<_>) = channel();
    // Both end with the process, and where a device has gone.
    thread::spawn(move || {
        let (mut frame, mut with_data) = ([0; FRAME], 0_u64);
        while let Ok(length) = from.read(&mut frame) {
            if let Some((one_of, lost)) = &loss
                && length >= WITH_DATA
            {
                with_data += 1;
                if with_data.is_multiple_of(*one_of) {
                    lost.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
            }
            let frame = frame.get(..length).unwrap_or_default().to_vec();
            if late.send((Instant::now() + delay, frame)).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        for (due, frame) in on_time {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&frame).is_err() {
                return;
            }
        }
    });
}

fn tap(name: &str) -> File {
    let device = File::options().read(true).write(true).open("/dev/net/tun").expect("/dev/net/tun");
    // SAFETY: all zeros is a value of this structure of numbers.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *to = from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = TAP_NO_INFORMATION;
    // SAFETY: the call reads the structure it is given.
    let result = unsafe { libc::ioctl(device.as_raw_fd(), SET_INTERFACE as _, &raw const request) };
    assert_eq!(result, 0, "{name}: {}", std::io::Error::last_os_error());
    device
}
