//! What containers are called, and which addresses they have, by texts that the kernel and runtimes show to everybody.

use std::{collections::BTreeSet, net::IpAddr, path::Path};

use crate::host::LONGEST_NAME;

/// Digits of a container's id, and how many of them people go by.
const ID: usize = 64;
const SHORT: usize = 12;
/// What a control group of a container begins with whose runtime names it there: systemd-nspawn and machinectl, LXC.
const NAMED_GROUPS: [&str; 3] = ["machine-", "lxc.payload.", "lxc/"];

/// The id of a container (Docker, Podman, containerd, CRI-O): 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerId(String);

impl ContainerId {
    /// `None` of a text that is none.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let is_id = text.len() == ID && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_id.then(|| Self(text.to_owned()))
    }

    /// The one that a control group is of, by its path: `docker-ID.scope`, `cri-containerd-ID.scope`, `libpod-ID`, or the id
    /// alone; the innermost where there are several.
    #[must_use]
    pub fn of_group(path: &str) -> Option<Self> {
        path.split('/').rev().find_map(|part| {
            let part = part.strip_suffix(".scope").unwrap_or(part);
            Self::new(part.rsplit(['-', ':']).next()?)
        })
    }

    /// Its first digits, as lists of containers show them.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..SHORT).unwrap_or(&self.0)
    }
}

/// The name of a container whose runtime has it in the path of the control group: systemd-nspawn (`machine-web.scope`) and LXC
/// (`lxc.payload.web`).
#[must_use]
pub fn name_in_group(path: &str) -> Option<String> {
    let named = NAMED_GROUPS.iter().find_map(|start| {
        let behind = path.split_once(&format!("/{start}"))?.1.split('/').next()?;
        let name = behind.strip_suffix(".scope").unwrap_or(behind);
        Some(without_escapes(name))
    });
    named.filter(|name| is_name(name))
}

/// The id and the name of the container that conmon looks after, the monitor of Podman and CRI-O, by its command line
/// (`/proc/PID/cmdline`); `None` of any other program.
#[must_use]
pub fn watched_by_conmon(command_line: &[u8]) -> Option<(ContainerId, String)> {
    let mut words = command_line.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let program = words.next()?;
    Path::new(&*program).file_name().filter(|name| *name == "conmon")?;
    let (mut id, mut name) = (None, None);
    while let Some(word) = words.next() {
        match &*word {
            "-c" | "--cid" => id = words.next().and_then(|id| ContainerId::new(&id)),
            "-n" | "--name" => name = words.next().map(|name| name.into_owned()).filter(|name| is_name(name)),
            // What follows is for others.
            "--" => break,
            _ => {}
        }
    }
    id.zip(name)
}

/// The id of a container and the name of its pod, by the name of the file that the kubelet makes in `/var/log/containers`:
/// `POD_NAMESPACE_CONTAINER-ID.log`. The name is `POD.NAMESPACE`.
#[must_use]
pub fn pod_of_log(file: &str) -> Option<(ContainerId, String)> {
    let (names, id) = file.strip_suffix(".log")?.rsplit_once('-')?;
    let [pod, namespace, _] = names.split('_').collect::<Vec<_>>()[..] else { return None };
    let name = format!("{pod}.{namespace}");
    ContainerId::new(id).zip(Some(name).filter(|name| is_name(name)))
}

/// The addresses of a network namespace that others can send to, in the texts of its `fib_trie` and its `if_inet6`
/// (proc_pid_net(5)). What no other namespace reaches is left out: loopback addresses, and the broadcast addresses of networks.
#[must_use]
pub fn addresses(fib_trie: &str, if_inet6: &str) -> BTreeSet<IpAddr> {
    let lines = fib_trie.lines();
    let pairs = lines.clone().zip(lines.skip(1));
    let of_version_4 = pairs.filter_map(|(leaf, route)| {
        let is_own = route.trim_start().starts_with("/32 host LOCAL");
        leaf.trim_start().strip_prefix("|-- ").filter(|_| is_own)?.parse::<IpAddr>().ok()
    });
    let of_version_6 = if_inet6.lines().filter_map(|line| {
        let digits = line.split_ascii_whitespace().next()?;
        let bytes = u128::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 32)?;
        Some(IpAddr::from(bytes.to_be_bytes()))
    });
    of_version_4.chain(of_version_6).filter(|address| !address.is_loopback()).collect()
}

/// Whether a text can be shown as a name. Whoever starts a container chooses it.
fn is_name(text: &str) -> bool {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    !text.is_empty()
        && text.len() <= LONGEST_NAME
        && text.chars().all(is_allowed)
        && text.parse::<IpAddr>().is_err()
}

/// A part of a unit's name without systemd's escapes (`\x2d`, systemd.unit(5)).
fn without_escapes(text: &str) -> String {
    let mut parts = text.split("\\x");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let escaped = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped.filter(u8::is_ascii).zip(part.get(2..)) {
            Some((byte, rest)) => {
                plain.push(char::from(byte));
                plain.push_str(rest);
            }
            // No name has it, so it is none.
            None => plain.push('\\'),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn groups_have_the_id_or_the_name() {
        for path in [
            format!("/system.slice/docker-{ID}.scope"),
            format!("/docker/{ID}"),
            format!("/kubepods.slice/kubepods-besteffort.slice/pod1.slice/cri-containerd-{ID}.scope"),
            format!("/kubepods/besteffort/pod1/{ID}"),
            format!("/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:{ID}"),
            format!("/machine.slice/libpod-{ID}.scope/container"),
        ] {
            let id = ContainerId::of_group(&path);
            assert_eq!(id.as_ref().map(ContainerId::short), Some("0123456789ab"), "{path}");
            assert_eq!(name_in_group(&path), None, "{path}");
        }
        for (path, name) in [
            ("/machine.slice/machine-web.scope/payload", Some("web")),
            ("/machine.slice/machine-my\\x2dweb.scope", Some("my-web")),
            ("/lxc.payload.db/system.slice/cron.service", Some("db")),
            ("/lxc/db/init.scope", Some("db")),
            ("/system.slice/nginx.service", None),
            ("/machine.slice/machine-a\\x20b.scope", None),
            ("/machine.slice/machine-a\\xzz.scope", None),
            ("/machine.slice/machine-192.0.2.1.scope", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(name_in_group(path).as_deref(), name, "{path}");
            assert_eq!(ContainerId::of_group(path), None, "{path}");
        }
        for other in [&ID[1..], &ID.to_uppercase(), &format!("{ID}0"), ""] {
            assert_eq!(ContainerId::new(other), None, "{other}");
        }
    }

    #[test]
    fn conmon_is_told_what_its_container_is_called() {
        let line = |words: &[&str]| words.join("\0").into_bytes();
        let options =
            ["--api-version", "1", "-c", ID, "-u", ID, "-r", "/usr/bin/crun", "-n", "web", "--exit-command"];
        let named = |program: &str| {
            watched_by_conmon(&line(&[&[program], &options[..]].concat())).map(|(id, name)| (id.0, name))
        };
        assert_eq!(named("/usr/bin/conmon"), Some((ID.to_owned(), "web".to_owned())));
        assert_eq!(named("conmon"), named("/usr/bin/conmon"));
        assert_eq!(named("/usr/bin/conmon2"), None);
        for others in [
            &["conmon", "-c", ID][..],
            &["conmon", "-n", "web"],
            &["conmon", "-c", ID, "-n"],
            &["conmon", "-c", ID, "-n", "a b"],
            &["conmon", "-c", "7", "-n", "web"],
            &["conmon", "-c", ID, "--", "-n", "web"],
            &[""],
        ] {
            assert_eq!(watched_by_conmon(&line(others)), None, "{others:?}");
        }
        assert_eq!(watched_by_conmon(&[0xff, 0, 0xfe]), None);
    }

    #[test]
    fn logs_are_called_by_their_pod() {
        let named = |file: &str| pod_of_log(file).map(|(id, name)| (id.0, name));
        let of_pod = Some((ID.to_owned(), "web-5d9c.default".to_owned()));
        assert_eq!(named(&format!("web-5d9c_default_nginx-proxy-{ID}.log")), of_pod);
        for other in [
            format!("web_default-{ID}.log"),
            format!("web_default_nginx-{ID}"),
            "web_default_nginx-7.log".to_owned(),
            format!("_{ID}.log"),
            format!("a b_default_nginx-{ID}.log"),
        ] {
            assert_eq!(named(&other), None, "{other}");
        }
    }

    /// As kernel 6.12 writes them.
    #[test]
    fn addresses_are_those_that_others_reach() {
        let fib_trie = "Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.88.0.0/16 2 0 2
        |-- 10.88.0.0
           /16 link UNICAST
        |-- 10.88.0.7
           /32 host LOCAL
        |-- 10.88.255.255
           /32 link BROADCAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
Local:
     |-- 10.88.0.7
        /32 host LOCAL
     |-- 192.0.2.300
        /32 host LOCAL
     |-- 10.88.0.8
";
        let if_inet6 = "00000000000000000000000000000001 01 80 10 80       lo
20010db8000000000000000000000007 02 40 00 80     eth0
fe80000000000000a8bbccfffe000007 02 40 20 80     eth0
20010db8 02 40 00 80     eth0

";
        let found: Vec<String> = addresses(fib_trie, if_inet6).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["10.88.0.7", "2001:db8::7", "fe80::a8bb:ccff:fe00:7"]);
        assert!(addresses("", "").is_empty());
    }
}
