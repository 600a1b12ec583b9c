//! Network namespaces, made with iproute2 and gone with their value.

use std::{
    fs::File,
    io::Write as _,
    os::fd::AsFd,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use aya::programs::{SchedClassifier, TcAttachType};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// A network namespace of this test's own.
pub struct Namespace {
    name: String,
}

/// Each with its number, so that tests can run beside each other.
static NEXT: AtomicU32 = AtomicU32::new(0);

impl Namespace {
    /// A new one, with nothing but a loopback interface that is down.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it makes something on the machine")]
    pub fn new() -> Self {
        crate::need_root();
        crate::attached::wait_until_at_rest();
        let name = format!("xdplive-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        ip(&["netns", "add", &name]);
        Self { name }
    }

    /// A new one with a silent veth pair `a` and `b`: what is sent into one comes out of the other, and
    /// nothing else does.
    #[must_use]
    pub fn with_pair() -> Self {
        let namespace = Self::new();
        namespace.add_pair("a", "b");
        namespace
    }

    /// Has programs in it ask the DNS of this server (ip-netns(8)).
    ///
    /// # Panics
    /// Where that cannot be written.
    pub fn ask_names_of(&self, server: &str) {
        let directory = self.configuration();
        std::fs::create_dir_all(&directory).expect("a directory for the namespace");
        std::fs::write(directory.join("resolv.conf"), format!("nameserver {server}\n")).expect("a file");
    }

    /// The files that programs in it have instead of those of `/etc`.
    fn configuration(&self) -> PathBuf {
        Path::new("/etc/netns").join(&self.name)
    }

    /// Adds a silent veth pair.
    pub fn add_pair(&self, one: &str, other: &str) {
        self.ip(&["link", "add", "name", one, "type", "veth", "peer", "name", other]);
        for end in [one, other] {
            self.silence(end);
            self.ip(&["link", "set", "dev", end, "up"]);
        }
        let carrier = crate::eventually(std::time::Duration::from_secs(5), || {
            [one, other]
                .iter()
                .all(|end| self.ip(&["-brief", "link", "show", "dev", end]).contains("LOWER_UP"))
        });
        assert!(carrier, "the veth pair {one}/{other} has no carrier");
    }

    /// Adds many silent veth pairs at once, of these names.
    ///
    /// # Panics
    /// Where they cannot be made, or have no carrier soon.
    pub fn add_pairs(&self, pairs: &[(String, String)]) {
        self.run(&["sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1"]);
        let lines: String = pairs.iter().map(|(one, other)| pair_lines(one, other)).collect();
        self.batch(&lines);
        let ends = 2 * pairs.len();
        let carrier = crate::eventually(std::time::Duration::from_secs(5), || {
            self.ip(&["-brief", "link", "show", "type", "veth"]).matches("LOWER_UP").count() >= ends
        });
        assert!(carrier, "{ends} interfaces of veth pairs have no carrier");
    }

    /// Runs many commands of `ip`, a line each, by one process.
    ///
    /// # Panics
    /// Where one of them fails.
    pub fn batch(&self, lines: &str) {
        let mut child = Command::new("ip")
            .args(["-n", &self.name, "-batch", "-"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("ip: {error}; `make dependencies` installs it"));
        child.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("the commands");
        let output = child.wait_with_output().expect("ip's end");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Names of the interfaces in it.
    #[must_use]
    pub fn interfaces(&self) -> Vec<String> {
        let names = self.run(&["ls", "/sys/class/net"]);
        names.split_whitespace().map(str::to_owned).collect()
    }

    /// How many programs are attached by TCX to interfaces in it, in both directions.
    ///
    /// # Panics
    /// Where the kernel does not tell.
    #[must_use]
    pub fn attached_tcx(&self) -> usize {
        let names = self.interfaces();
        self.enter(|| {
            names
                .iter()
                .flat_map(|name| [TcAttachType::Ingress, TcAttachType::Egress].map(|way| (name, way)))
                .map(|(name, way)| {
                    SchedClassifier::query_tcx(name, way)
                        .unwrap_or_else(|error| panic!("{name}: {error}"))
                        .1
                        .len()
                })
                .sum()
        })
    }

    /// Gives an interface to another namespace.
    pub fn give(&self, other: &Self, interface: &str) {
        self.ip(&["link", "set", "dev", interface, "netns", &other.name]);
    }

    /// No IPv6 and no ARP: then nothing is sent that nobody asked for.
    pub fn silence(&self, interface: &str) {
        self.run(&["sysctl", "-qw", &format!("net.ipv6.conf.{interface}.disable_ipv6=1")]);
        self.ip(&["link", "set", "dev", interface, "arp", "off"]);
    }

    /// Runs `ip` in it, and returns what it prints.
    pub fn ip(&self, arguments: &[&str]) -> String {
        ip(&[&["-n", &self.name], arguments].concat())
    }

    /// Runs a command in it, and returns what it prints.
    pub fn run(&self, command: &[&str]) -> String {
        output(&mut self.command(command))
    }

    /// A command that will run in it.
    #[must_use]
    pub fn command(&self, command: &[&str]) -> Command {
        let mut ip = Command::new("ip");
        ip.args(["netns", "exec", &self.name]).args(command);
        ip
    }

    /// Does something in it: sockets made there stay there.
    pub fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let file = File::open(format!("/run/netns/{}", self.name)).expect("the namespace's file");
        // A thread of its own, because a thread that moved is hard to move back.
        thread::scope(|scope| {
            scope
                .spawn(|| {
                    move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))
                        .expect("moving into the namespace");
                    work()
                })
                .join()
                .expect("the work in the namespace")
        })
    }

    /// A counter of an interface, such as `rx_packets`.
    #[must_use]
    pub fn counter(&self, interface: &str, counter: &str) -> u64 {
        let path = format!("/sys/class/net/{interface}/statistics/{counter}");
        self.run(&["cat", &path]).trim().parse().expect("a number")
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", &self.name]).output();
        let directory = self.configuration();
        let _ = std::fs::remove_file(directory.join("resolv.conf"));
        let _ = std::fs::remove_dir(directory);
    }
}

/// Commands for [`Namespace::batch`] that make a veth pair without ARP.
#[must_use]
pub fn pair_lines(one: &str, other: &str) -> String {
    format!(
        "link add name {one} arp off type veth peer name {other} arp off\nlink set dev {one} up\nlink set dev {other} up\n"
    )
}

fn ip(arguments: &[&str]) -> String {
    output(Command::new("ip").args(arguments))
}

fn output(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; `make dependencies` installs it"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Holds a tun device, as the program would whose packets it carries; without one it has no carrier.
///
/// # Panics
/// Where it cannot be held.
#[must_use]
pub fn hold_tun(name: &str) -> File {
    /// `TUNSETIFF` of linux/if_tun.h, and its flags "tun, without packet information".
    const SET_INTERFACE: libc::c_ulong = 0x4004_54ca;
    const TUN_NO_INFORMATION: libc::c_short = 0x1001;

    let device = File::options().read(true).write(true).open("/dev/net/tun").expect("/dev/net/tun");
    // SAFETY: all zeros is a value of this structure of numbers.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *to = from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = TUN_NO_INFORMATION;
    // SAFETY: the call reads the structure it is given.
    let result = unsafe {
        libc::ioctl(std::os::fd::AsRawFd::as_raw_fd(&device), SET_INTERFACE as _, &raw const request)
    };
    assert_eq!(result, 0, "{name}: {}", std::io::Error::last_os_error());
    device
}
