//! Instruments: kernel programs that belong to no interface. Each has an object of its own, so that a kernel that refuses it
//! lacks that one only, and is loaded for as long as somebody needs it.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read as _},
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::fs::MetadataExt as _,
    },
};

use aya::{
    Btf, Ebpf, EbpfLoader,
    maps::{Array, HashMap, Map, MapData},
    programs::{Program, ProgramError, TestRun as _, TestRunOptions},
};
use aya_obj::generated::bpf_attach_type::{
    self, BPF_CGROUP_INET_EGRESS, BPF_CGROUP_INET_INGRESS, BPF_CGROUP_INET_SOCK_CREATE, BPF_CGROUP_SOCK_OPS,
    BPF_TRACE_ITER, BPF_TRACE_RAW_TP,
};

use xdplive_packet::{answer, dropped};

use crate::{
    bpf,
    control_groups::{self, Root},
    error::{failed, from_attach, from_ebpf, from_load, from_map},
    kernel_types::KernelTypes,
    policy::Policy,
    protocol::{Instrument, LoaderError},
};

/// The map in which programs find the offsets of what they read of the kernel's structures. It never leaves this process:
/// who could write it could have programs read anything.
const OFFSETS: &str = "OFFSETS";
/// The map in which they find the number of a network namespace.
const NAMESPACE: &str = "NAMESPACE";
/// The map in which they find the numbers of the interfaces at which they look. It never leaves this process either: which
/// interfaces may be watched is the policy's to say.
const INTERFACES: &str = "INTERFACES";
/// What has that number as its inode (namespaces(7)).
const OWN_NAMESPACE: &str = "/proc/self/ns/net";

/// What an instrument is made of.
struct Parts {
    object: &'static [u8],
    /// The maps that who asks for it gets, in this order.
    maps: &'static [&'static str],
    programs: &'static [(&'static str, Place)],
    /// A structure of the kernel, and a member of it: what the elements of [`OFFSETS`] are.
    offsets: &'static [(&'static str, &'static [&'static str])],
    /// Whether programs have to know, in [`NAMESPACE`], which network namespace this process is in.
    namespace: bool,
    /// A program that is run once on a packet, when all others are in force, so that who gets the maps can tell whether they see
    /// what they are to see.
    sample: Option<(&'static str, &'static [u8])>,
}

/// Where a program is attached.
#[derive(Clone, Copy)]
enum Place {
    /// To the root of the control groups.
    ControlGroups(bpf_attach_type),
    /// To the tracepoint of this name.
    Tracepoint(&'static str),
    /// To a walk over all things of a kind, see [`Running::walk`].
    Walk(&'static str),
}

/// The objects, as built from `ebpf/`.
macro_rules! object {
    ($name:literal) => {
        aya::include_bytes_aligned!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../ebpf/prebuilt/",
            $name,
            ".bpf.o"
        ))
    };
}

static QUALITY: &[u8] = object!("quality");
static DROPS: &[u8] = object!("drops");
static PROCESSES: &[u8] = object!("processes");
static ANSWERS: &[u8] = object!("answers");

const fn parts(instrument: Instrument) -> Parts {
    match instrument {
        Instrument::Quality => Parts {
            object: QUALITY,
            maps: &["CONNECTIONS"],
            programs: &[
                ("socket_event", Place::ControlGroups(BPF_CGROUP_SOCK_OPS)),
                ("old_socket", Place::Walk("tcp")),
            ],
            offsets: &[],
            namespace: false,
            sample: None,
        },
        Instrument::Drops => Parts {
            object: DROPS,
            maps: &["DROPPED", "LOST", "LOST_ELSEWHERE", "LOCATIONS"],
            programs: &[
                ("packet_dropped", Place::Tracepoint("kfree_skb")),
                ("packet_refused", Place::Tracepoint("xdp_exception")),
            ],
            offsets: &DROPS_OFFSETS,
            namespace: true,
            sample: Some(("look_at", &dropped::SAMPLE)),
        },
        Instrument::Processes => Parts {
            object: PROCESSES,
            maps: &["OWNERS", "HOLDERS"],
            programs: &[
                ("created", Place::ControlGroups(BPF_CGROUP_INET_SOCK_CREATE)),
                ("sent", Place::ControlGroups(BPF_CGROUP_INET_EGRESS)),
                ("received", Place::ControlGroups(BPF_CGROUP_INET_INGRESS)),
                ("open_file", Place::Walk("task_file")),
            ],
            offsets: &[
                ("task_struct", &["tgid"]),
                ("task_struct", &["comm"]),
                ("task_struct", &["cred"]),
                ("cred", &["uid"]),
                ("task_struct", &["cgroups"]),
                ("css_set", &["dfl_cgrp"]),
                ("cgroup", &["kn"]),
                ("kernfs_node", &["id"]),
                ("sock", &["__sk_common", "skc_family"]),
                ("sock", &["__sk_common", "skc_cookie"]),
                ("sock", &["__sk_common", "skc_portpair"]),
            ],
            namespace: false,
            sample: None,
        },
        Instrument::Answers => Parts {
            object: ANSWERS,
            maps: &["ANSWERS", "COUNTS"],
            programs: &[
                ("received", Place::Tracepoint("netif_receive_skb")),
                ("sent", Place::Tracepoint("net_dev_queue")),
            ],
            offsets: &ANSWERS_OFFSETS,
            namespace: true,
            sample: None,
        },
    }
}

/// In the order of `xdplive_packet::answer::offset`.
static ANSWERS_OFFSETS: [(&str, &[&str]); answer::offset::COUNT] = [
    ("sk_buff", &["head"]),
    ("sk_buff", &["data"]),
    ("sk_buff", &["tail"]),
    ("sk_buff", &["network_header"]),
    ("sk_buff", &["protocol"]),
    ("sk_buff", &["dev"]),
    ("net_device", &["ifindex"]),
    ("net_device", &["nd_net"]),
    ("net", &["ns", "inum"]),
];

/// In the order of `xdplive_packet::dropped::offset`.
static DROPS_OFFSETS: [(&str, &[&str]); dropped::offset::COUNT] = [
    ("sk_buff", &["head"]),
    ("sk_buff", &["data"]),
    ("sk_buff", &["tail"]),
    ("sk_buff", &["len"]),
    ("sk_buff", &["mac_header"]),
    ("sk_buff", &["network_header"]),
    ("sk_buff", &["skb_iif"]),
    ("sk_buff", &["dev"]),
    ("sk_buff", &["sk"]),
    ("sk_buff", &["_skb_refdst"]),
    ("dst_entry", &["dev"]),
    ("net_device", &["ifindex"]),
    ("net_device", &["type"]),
    ("net_device", &["nd_net"]),
    ("sock_common", &["skc_net"]),
    ("net", &["ns", "inum"]),
    ("bpf_prog", &["expected_attach_type"]),
    ("bpf_prog", &["aux"]),
    ("bpf_prog_aux", &["id"]),
    ("bpf_prog_aux", &["name"]),
];

/// What an instrument has to know of the kernel's structures and cannot, without putting it in force.
///
/// # Errors
/// [`LoaderError::NoTypes`].
pub fn check(instrument: Instrument) -> Result<(), LoaderError> {
    offsets_of(parts(instrument).offsets).map(|_| ())
}

/// An instrument that is in force. Dropping it detaches its programs.
pub struct Running {
    ebpf: Ebpf,
    maps: &'static [&'static str],
    links: Vec<OwnedFd>,
    /// Those of [`Place::Walk`].
    walks: Vec<OwnedFd>,
    /// Whether it sees all sockets of the machine, and not those of a container only.
    pub is_whole: bool,
}

impl Running {
    /// Loads and attaches an instrument, and lets it walk.
    ///
    /// # Errors
    /// [`LoaderError::Forbidden`] beyond the policy, [`LoaderError::NotAllowed`] without the capabilities,
    /// [`LoaderError::NoControlGroups`] and [`LoaderError::NoTypes`] where the kernel lacks what it takes,
    /// [`LoaderError::Refused`] where the verifier is against it, [`LoaderError::Failed`] otherwise.
    pub fn start(instrument: Instrument, policy: &Policy) -> Result<Self, LoaderError> {
        policy.check_instrument(instrument)?;
        let Parts { object, maps, programs, offsets, namespace, sample } = parts(instrument);
        let mut ebpf = EbpfLoader::new().load(object).map_err(from_ebpf)?;
        hand_over(&mut ebpf, offsets)?;
        if namespace {
            tell_namespace(&mut ebpf)?;
        }
        let mut running = Self { ebpf, maps, links: Vec::new(), walks: Vec::new(), is_whole: true };
        let mut root: Option<Root> = None;
        for (name, place) in programs {
            let program = running.load(name, *place)?;
            match place {
                Place::ControlGroups(attach_type) => {
                    let root = match &mut root {
                        Some(root) => root,
                        none => none.insert(control_groups::root()?),
                    };
                    running.is_whole = root.is_whole;
                    let link = bpf::create_group_link(&program, &root.directory, *attach_type);
                    running.links.push(link.map_err(from_attach)?);
                }
                Place::Tracepoint(_) => {
                    let link = bpf::create_link(&program, 0, BPF_TRACE_RAW_TP as u32, 0);
                    running.links.push(link.map_err(from_attach)?);
                }
                Place::Walk(_) => {
                    let link = bpf::create_link(&program, 0, BPF_TRACE_ITER as u32, 0);
                    running.walks.push(link.map_err(from_attach)?);
                }
            }
        }
        running.walk()?;
        if let Some((name, packet)) = sample {
            running.run(name, packet)?;
        }
        Ok(running)
    }

    /// Its maps, in the order in which the instrument has them.
    ///
    /// # Errors
    /// [`LoaderError::BadRequest`] where the object lacks one.
    pub fn maps(&self) -> Result<Vec<BorrowedFd<'_>>, LoaderError> {
        self.maps.iter().map(|name| Ok(data(&self.ebpf, name)?.fd().as_fd())).collect()
    }

    /// Runs the programs that look at everything of a kind that is there, once for each such thing.
    ///
    /// # Errors
    /// [`LoaderError::Failed`].
    pub fn walk(&self) -> Result<(), LoaderError> {
        self.walks.iter().try_for_each(|link| {
            run(link).map_err(|error| failed("looking at what was there before", &error))
        })
    }

    /// Has its programs look at the interfaces with these numbers, as far as `policy` lets them be watched, and at no others. Nothing
    /// happens where they look at all of them.
    ///
    /// # Errors
    /// [`LoaderError::Failed`], [`LoaderError::NoMemory`]. Of what cannot be told, nothing is looked at.
    pub fn look_at(&mut self, interfaces: &[u32], policy: &Policy) -> Result<(), LoaderError> {
        let Some(map) = self.ebpf.map_mut(INTERFACES) else { return Ok(()) };
        let mut map: HashMap<_, u32, u8> = HashMap::try_from(map).map_err(|error| from_map(&error))?;
        // By the names that they have now.
        let allowed = interfaces.iter().copied().filter(|index| policy.check_interface(*index).is_ok());
        let allowed: BTreeSet<u32> = allowed.collect();
        let known: BTreeSet<u32> = map.keys().filter_map(Result::ok).collect();
        for index in known.difference(&allowed) {
            map.remove(index).map_err(|error| from_map(&error))?;
        }
        for index in allowed.difference(&known) {
            map.insert(index, 1, 0).map_err(|error| from_map(&error))?;
        }
        Ok(())
    }

    /// Runs a program on a packet, which the kernel drops afterwards.
    fn run(&mut self, name: &str, packet: &[u8]) -> Result<(), LoaderError> {
        let missing = || LoaderError::BadRequest(format!("program {name}"));
        let Some(Program::SchedClassifier(program)) = self.ebpf.program_mut(name) else {
            return Err(missing());
        };
        program.load().map_err(|error| from_load(name, error))?;
        let options = TestRunOptions { data_in: Some(packet), ..TestRunOptions::default() };
        program.test_run(options).map_err(|error| failed("looking at a packet of its own", &error))?;
        Ok(())
    }

    fn load(&mut self, name: &str, place: Place) -> Result<OwnedFd, LoaderError> {
        let missing = || LoaderError::BadRequest(format!("program {name}"));
        let program = self.ebpf.program_mut(name).ok_or_else(missing)?;
        match (&mut *program, place) {
            (Program::SockOps(program), _) => program.load(),
            (Program::CgroupSock(program), _) => program.load(),
            (Program::CgroupSkb(program), _) => program.load(),
            (Program::BtfTracePoint(program), Place::Tracepoint(of)) => {
                types().and_then(|types| program.load(of, &types))
            }
            (Program::Iter(program), Place::Walk(over)) => {
                types().and_then(|types| program.load(over, &types))
            }
            _ => return Err(missing()),
        }
        .map_err(|error| from_load(name, error))?;
        let fd = program.fd().map_err(|error| failed("using the program", &error))?;
        fd.as_fd().try_clone_to_owned().map_err(|error| failed("using the program", &error))
    }
}

/// The kernel's types as aya has them.
fn types() -> Result<Btf, ProgramError> {
    Ok(Btf::from_sys_fs()?)
}

/// Lets the programs know where the kernel has what they read.
fn hand_over(ebpf: &mut Ebpf, offsets: &[(&str, &[&str])]) -> Result<(), LoaderError> {
    let found = offsets_of(offsets)?;
    if found.is_empty() {
        return Ok(());
    }
    let map = ebpf.map_mut(OFFSETS).ok_or_else(|| LoaderError::BadRequest(format!("map {OFFSETS}")))?;
    let mut map: Array<_, u32> = Array::try_from(map).map_err(|error| from_map(&error))?;
    for (place, offset) in (0..).zip(found) {
        map.set(place, offset, 0).map_err(|error| from_map(&error))?;
    }
    Ok(())
}

/// Where the running kernel has these members of its structures.
fn offsets_of(members: &[(&str, &[&str])]) -> Result<Vec<u32>, LoaderError> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let no_types = |error: &dyn std::error::Error| LoaderError::NoTypes { reason: error.to_string() };
    let types = KernelTypes::running().map_err(|error| no_types(&error))?;
    let offset = |(structure, path): &(&str, &[&str])| types.offset(structure, path);
    members.iter().map(offset).collect::<Result<_, _>>().map_err(|error| no_types(&error))
}

/// Lets the programs know in which network namespace they are to look.
fn tell_namespace(ebpf: &mut Ebpf) -> Result<(), LoaderError> {
    let own =
        fs::metadata(OWN_NAMESPACE).map_err(|error| failed("looking up the network namespace", &error))?;
    let number =
        u32::try_from(own.ino()).map_err(|error| failed("looking up the network namespace", &error))?;
    let map = ebpf.map_mut(NAMESPACE).ok_or_else(|| LoaderError::BadRequest(format!("map {NAMESPACE}")))?;
    let mut map: Array<_, u32> = Array::try_from(map).map_err(|error| from_map(&error))?;
    map.set(0, number, 0).map_err(|error| from_map(&error))
}

fn data<'a>(ebpf: &'a Ebpf, name: &str) -> Result<&'a MapData, LoaderError> {
    match ebpf.map(name) {
        Some(
            Map::RingBuf(data)
            | Map::Array(data)
            | Map::PerCpuArray(data)
            | Map::HashMap(data)
            | Map::LruHashMap(data)
            | Map::ArrayOfMaps(data),
        ) => Ok(data),
        _ => Err(LoaderError::BadRequest(format!("map {name}"))),
    }
}

/// Has the kernel walk, by reading what a walk would write: nothing.
fn run(link: &OwnedFd) -> io::Result<()> {
    let mut walk = File::from(bpf::create_walk(link)?);
    let mut nothing = [0; 64];
    loop {
        match walk.read(&mut nothing) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            // It has gone on; the kernel wants to be asked again.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use aya::maps::RingBuf;
    use xdplive_packet::dropped::Dropped;

    use super::*;

    #[test]
    fn a_packet_that_is_dropped_is_seen_as_it_is() {
        if !rustix::process::geteuid().is_root() {
            eprintln!("SKIPPED: programs are loaded by root");
            return;
        }
        let mut running = Running::start(Instrument::Drops, &Policy::open()).unwrap();
        let mut ring = RingBuf::try_from(running.ebpf.map_mut("DROPPED").unwrap()).unwrap();
        let mut seen = Vec::new();
        while let Some(item) = ring.next() {
            seen.push(bytemuck::pod_read_unaligned::<Dropped>(&item));
        }
        let sample = seen.iter().find(|dropped| dropped.is_sample()).unwrap();
        let headers = sample.headers();
        assert_eq!(
            (headers.ttl(), headers.source_port(), headers.ip_id()),
            (Some(77), Some(1), Some(0x4c69))
        );
        let names = running.ebpf.map("LOCATIONS").unwrap();
        let names: aya::maps::HashMap<_, u64, [u8; dropped::MOST_NAME]> = names.try_into().unwrap();
        let name = names.get(&sample.location, 0).unwrap();
        assert!(name.starts_with(b"bpf_prog_test_run_skb+0x"), "{}", String::from_utf8_lossy(&name));
    }

    /// A message of the DNS about "a.example": the question, and what answers it if `is_answer`.
    fn message(id: [u8; 2], is_answer: bool) -> Vec<u8> {
        let question = b"\x01a\x07example\0\0\x01\0\x01";
        let answer = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x07";
        let header =
            [id[0], id[1], if is_answer { 0x81 } else { 1 }, 0, 0, 1, 0, u8::from(is_answer), 0, 0, 0, 0];
        let parts: [&[u8]; 3] = [&header, question, if is_answer { answer } else { b"" }];
        parts.concat()
    }

    #[test]
    fn answers_are_seen_that_were_asked_for_at_interfaces_that_are_looked_at() {
        if !rustix::process::geteuid().is_root() {
            eprintln!("SKIPPED: programs are loaded by root");
            return;
        }
        // The loopback device is number 1 in every network namespace (Linux: LOOPBACK_IFINDEX).
        const LOOPBACK: u32 = 1;
        let mut running = Running::start(Instrument::Answers, &Policy::open()).unwrap();
        // An address that nobody has.
        let server = std::net::UdpSocket::bind("127.83.7.1:53").unwrap();
        let client = std::net::UdpSocket::bind("127.83.7.2:0").unwrap();
        let here = client.local_addr().unwrap();
        let ask = |id| client.send_to(&message(id, false), "127.83.7.1:53").unwrap();
        let answer = |id| server.send_to(&message(id, true), here).unwrap();
        let seen = |running: &mut Running| {
            let mut ring = RingBuf::try_from(running.ebpf.map_mut("ANSWERS").unwrap()).unwrap();
            let mut seen = Vec::new();
            while let Some(item) = ring.next() {
                let answer: xdplive_packet::answer::Answer = bytemuck::pod_read_unaligned(&item);
                // Others may be asking, too.
                if answer.is_whole() && answer.message().ends_with(&[192, 0, 2, 7]) {
                    seen.push([answer.message()[0], answer.message()[1]]);
                }
            }
            seen
        };
        // Nothing is looked at until it is told.
        ask([1, 1]);
        answer([1, 1]);
        assert!(seen(&mut running).is_empty());
        running.look_at(&[LOOPBACK], &Policy { may_watch: Box::new(|_| false), ..Policy::open() }).unwrap();
        ask([1, 2]);
        answer([1, 2]);
        assert!(seen(&mut running).is_empty());
        running.look_at(&[LOOPBACK], &Policy::open()).unwrap();
        ask([1, 3]);
        answer([1, 3]);
        answer([1, 3]);
        answer([1, 4]);
        assert_eq!(seen(&mut running), [[1, 3]], "once, and nothing that nobody asked for");
        running.look_at(&[], &Policy::open()).unwrap();
        ask([1, 5]);
        answer([1, 5]);
        assert!(seen(&mut running).is_empty());
    }
}
