//! Own traffic: left out by the programs in the kernel, and found by the sockets that it comes from.

use std::{
    collections::BTreeSet,
    fs, io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use rustix::{
    process::{Uid, geteuid},
    thread::set_thread_res_uid,
};
use serde_json::json;
use xdplive::host;
use xdplive_capture::own::Parent;
use xdplive_corpus::{
    frame::{Ethernet, Ipv4, Tcp, Udp, tcp_flag::ACK},
    generate,
};
use xdplive_filter::{
    Environment, Filter, Term,
    tables::{self, Own, Slot},
};
use xdplive_lab::{client, namespace::Namespace, send::Sender};
use xdplive_packet::{
    Hook, LinkType, Wire,
    accounting::{Limit, SLOTS, SlotCounters},
    event::Direction,
    parse,
};
use xdplive_source::own::filter;

use crate::kernel::{Counted, GENERATION, HOOKS, Kernel, Rules, SHORTEST, everything, takes};

/// Some ordinary user.
const SOMEBODY: u32 = 12345;
/// The slots of these tests: the first leaves own traffic out, the second shows it.
const HIDING: u64 = 0b01;

fn terms(filter: &Filter) -> Vec<Term> {
    filter.terms(&Environment::default()).unwrap()
}

/// Own traffic as it may be: some of the corpus is.
fn own() -> Filter {
    let ports = [22, 80, 443, 1024, 8080].into();
    let addresses = ["192.0.2.1", "192.0.2.20", "127.0.0.1", "2001:db8:0:1::1", "::1"];
    let addresses = addresses.map(|address| address.parse().unwrap()).into();
    filter(&ports, &BTreeSet::new(), &addresses).unwrap()
}

/// Puts two slots that want everything in force, with these limits.
fn put(kernel: &mut Kernel, link: LinkType, own: &Filter, hiding: u64, limits: [Limit; 2]) {
    let all = terms(&Filter::parse("").unwrap());
    let slots: Vec<Slot<'_>> = (0..)
        .zip(limits)
        .map(|(number, limit)| Slot { number, terms: &all, directions: &Direction::ALL, inner: false, limit })
        .collect();
    let mut rules: Box<Rules> = bytemuck::zeroed_box();
    let Rules { configuration, tables } = &mut *rules;
    *configuration = everything(link);
    let own = Own { terms: &terms(own), hiding };
    tables::build(&slots, Some(own), configuration, tables).unwrap();
    kernel.put(&rules);
}

fn counted(kernel: &Kernel) -> [Counted; 2] {
    Direction::ALL.map(|direction| kernel.counters(GENERATION, direction))
}

#[test]
fn a_slot_that_hides_it_gets_none_and_one_that_shows_it_gets_all() {
    let own = own();
    let mut kernel = Kernel::load(1 << 16);
    let mut seen = [0; 2];
    let mut recognised = [0; 2];
    for link in [LinkType::Ethernet, LinkType::RawIp] {
        put(&mut kernel, link, &own, HIDING, [Limit::All; 2]);
        for sample in generate(91, 4000).filter(|sample| sample.bytes.len() >= SHORTEST) {
            let headers = parse(&mut &*sample.bytes, &Wire::new(link));
            let frame_length = u32::try_from(sample.bytes.len()).unwrap();
            for hook in HOOKS.into_iter().filter(|hook| takes(*hook, &sample.bytes)) {
                let direction = hook.direction();
                let packet =
                    xdplive_filter::Packet { headers: &headers, frame_length, direction, bytes: None };
                let is_own = own.matches(&packet, &Environment::default());
                let event = kernel.run(hook, &sample.bytes).expect("the second slot wants everything");
                assert_eq!(event.slots, if is_own { 0b10 } else { 0b11 }, "{hook:?} {link:?}: {sample}");
                seen[direction as usize] += 1;
                recognised[direction as usize] += u64::from(is_own);
            }
        }
    }
    for (direction, counters) in Direction::ALL.into_iter().zip(counted(&kernel)) {
        let (seen, recognised) = (seen[direction as usize], recognised[direction as usize]);
        assert!(recognised > 50 && seen > 20 * recognised, "{direction:?}: {recognised} of {seen}");
        assert_eq!([counters.seen, counters.own], [seen, recognised], "{direction:?}");
        let matched = [0, 1].map(|slot| counters.slots[slot].matched);
        assert_eq!(matched, [seen - recognised, seen], "{direction:?}");
    }
}

fn from_here(source_port: u16) -> Vec<u8> {
    let packet = Ipv4::new([192, 0, 2, 1], [198, 51, 100, 7], Tcp::new(source_port, 50_085, ACK));
    Ethernet::new([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], packet).bytes()
}

#[test]
fn what_is_hidden_costs_neither_budget_nor_ring() {
    let own = own();
    let other = {
        let packet = Ipv4::new([192, 0, 2, 1], [198, 51, 100, 7], Udp::new(80, 50_085, b"data"));
        Ethernet::new([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], packet).bytes()
    };
    for hook in HOOKS {
        let mut kernel = Kernel::load(4096);
        put(&mut kernel, LinkType::Ethernet, &own, 0b11, [Limit::PerSecond(1000), Limit::All]);
        for _ in 0..100 {
            assert_eq!(kernel.run(hook, &from_here(80)), None, "{hook:?}");
        }
        assert!(kernel.budget(0).iter().all(|number| *number == 0), "{hook:?}");
        let counters = kernel.counters(GENERATION, hook.direction());
        assert_eq!([counters.seen, counters.own], [100, 100], "{hook:?}");
        assert_eq!(counters.slots, [SlotCounters::default(); SLOTS], "{hook:?}");

        assert_eq!(kernel.run(hook, &other).unwrap().slots, 0b11, "{hook:?}");
        assert!(kernel.budget(0).iter().any(|number| *number != 0), "{hook:?}");
        let counters = kernel.counters(GENERATION, hook.direction());
        assert_eq!([counters.seen, counters.own], [101, 100], "{hook:?}");
        let one =
            SlotCounters { matched: 1, segments: 1, bytes: other.len() as u64, ..SlotCounters::default() };
        assert_eq!(counters.slots[..2], [one; 2], "{hook:?}");
    }
}

#[test]
fn it_is_counted_where_nobody_hides_it() {
    let mut kernel = Kernel::load(1 << 16);
    put(&mut kernel, LinkType::Ethernet, &own(), 0, [Limit::All; 2]);
    assert_eq!(kernel.run(Hook::TcxEgress, &from_here(80)).unwrap().slots, 0b11);
    assert_eq!(kernel.run(Hook::TcxEgress, &from_here(81)).unwrap().slots, 0b11);
    let [received, sent] = counted(&kernel);
    assert_eq!([received.seen, received.own], [0, 0]);
    assert_eq!([sent.seen, sent.own, sent.slots[0].matched], [2, 1, 2]);
}

/// Does something as an ordinary user without rights.
fn as_somebody<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    // A thread of its own: it cannot come back.
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let user = Uid::from_raw(SOMEBODY);
            set_thread_res_uid(user, user, user).unwrap();
            assert!(!geteuid().is_root());
            work()
        });
        thread.join().unwrap()
    })
}

/// A socket that listens on any free port, and that port.
fn listener() -> (TcpListener, u16) {
    let socket = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, port)
}

/// What started this test is root's, as this test is.
#[test]
fn another_users_listening_sockets_are_not_the_parents() {
    Namespace::new().enter(|| {
        // The loopback interface is down: finding out the control group must not need it.
        let parent = Parent::look().unwrap();
        assert!(parent.ports().unwrap().is_empty(), "nothing listens, not even what was opened to look");
        let (_roots, port) = listener();
        let (_somebodys, others) = as_somebody(listener);
        assert_ne!(port, others);
        assert_eq!(parent.ports().unwrap(), [port].into());
        assert_eq!(as_somebody(|| parent.ports().unwrap()), [port].into(), "asking takes no rights");
        assert_eq!(as_somebody(Parent::look).unwrap(), parent);
    });
}

/// A control group below the one that this process is in, until it is dropped.
struct ControlGroup {
    mount: PathBuf,
    home: PathBuf,
    group: PathBuf,
}

impl ControlGroup {
    fn new() -> Self {
        let name = format!("xdplive-own-{}", std::process::id());
        let mount = std::env::temp_dir().join(&name);
        fs::create_dir(&mount).unwrap();
        // Where the hierarchy is, or whether it is anywhere, differs from machine to machine.
        run("mount", &["-t", "cgroup2", &name, &mount.display().to_string()]);
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap();
        let home = groups.lines().find_map(|line| line.strip_prefix("0::/")).expect("a group in cgroup v2");
        let home = mount.join(home);
        let group = home.join(&name);
        fs::create_dir(&group).unwrap();
        Self { mount, home, group }
    }

    /// Does something as a member of it.
    fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        join(&self.group).unwrap();
        let result = work();
        join(&self.home).unwrap();
        result
    }
}

impl Drop for ControlGroup {
    fn drop(&mut self) {
        // As much as can be after a test that failed. Nothing here deletes what is in a directory: it would be the
        // machine's control groups.
        let _ = join(&self.home);
        let _ = fs::remove_dir(&self.group);
        let _ = Command::new("umount").arg(&self.mount).status();
        let _ = fs::remove_dir(&self.mount);
    }
}

/// Moves this process into a control group.
fn join(group: &Path) -> io::Result<()> {
    fs::write(group.join("cgroup.procs"), std::process::id().to_string())
}

fn run(command: &str, arguments: &[&str]) {
    let status = Command::new(command).args(arguments).status().unwrap();
    assert!(status.success(), "{command} {arguments:?}");
}

#[test]
fn listening_sockets_of_another_control_group_are_not_the_parents() {
    xdplive_lab::need_root();
    let group = ControlGroup::new();
    Namespace::new().enter(|| {
        let parent = Parent::look().unwrap();
        let (_here, port) = listener();
        let (_there, others) = group.enter(listener);
        assert_ne!(port, others);
        assert_eq!(parent.ports().unwrap(), [port].into());
        // What was made there is the parent's for those who are there, whatever the user is called.
        let there = group.enter(|| Parent::look().unwrap());
        assert_ne!(there, parent);
        assert_eq!(there.ports().unwrap(), [others].into());
    });
}

/// The plugin whose parent, this process, listens on a port: a panel sees that port's packets only where its data
/// source shows them, and the accounts say how many there were.
#[tokio::test]
async fn a_panel_does_not_see_what_it_causes() {
    const COLUMNS: [&str; 1] = ["destination_port"];
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    namespace.ip(&["address", "add", "192.0.2.1/24", "dev", "a"]);
    let listener = namespace.enter(|| TcpListener::bind("0.0.0.0:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    let sender = Sender::new(&namespace, "b");
    let plugin = client::plugin(&namespace, directory.path()).await;
    let packets = json!({ "interfaces": ["a"], "direction": "in", "columns": COLUMNS, "limit": null });
    // The accounts name the port, once it has been found.
    let found = async {
        while client::custom(&plugin, packets.clone()).await["ownPorts"] != json!([port]) {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(client::SOON, found).await.expect("the port is found soon");

    let showing = host::context(&json!({ "showOwnTraffic": true }));
    let hidden = client::ask(&plugin, packets.clone()).await;
    let shown = client::ask_as(&plugin, showing.clone(), packets).await;
    let counters = json!({
        "kind": "capture", "interfaces": ["a"], "direction": "in", "interval": 100,
        "columns": ["seen", "own", "matched"],
    });
    let counters = client::ask(&plugin, counters).await;
    let mut hidden = client::run(&plugin, &hidden).await;
    let mut shown = client::run_as(&plugin, showing, &shown).await;
    let mut counting = client::run(&plugin, &counters).await;

    let to = |destination: [u8; 4], to_port: u16| {
        let tcp = Tcp::new(50_000, to_port, ACK);
        Ethernet::new([2, 0, 0, 0, 0, 7], [2, 0, 0, 0, 0, 1], Ipv4::new([192, 0, 2, 7], destination, tcp))
            .bytes()
    };
    for _ in 0..20 {
        sender.send(&to([192, 0, 2, 1], port));
    }
    // The same port of another machine, and another port of this one.
    sender.send(&to([198, 51, 100, 1], port));
    sender.send(&to([192, 0, 2, 1], port ^ 1));

    let ports = async |stream: &mut _, rows: usize| {
        let mut ports = Vec::new();
        while ports.len() < rows {
            let message = client::message(stream).await;
            ports.extend(
                message["data"]["values"][0].as_array().unwrap().iter().map(|port| port.as_u64().unwrap()),
            );
        }
        ports
    };
    let [other, this] = [u64::from(port ^ 1), u64::from(port)];
    assert_eq!(ports(&mut hidden, 2).await, [this, other]);
    assert_eq!(ports(&mut shown, 22).await, [vec![this; 21], vec![other]].concat());
    let counted = async {
        loop {
            let values = client::message(&mut counting).await["data"]["values"].take();
            if values[0] == json!([22, 22]) {
                break values;
            }
        }
    };
    let values = tokio::time::timeout(client::SOON, counted).await.expect("all is counted soon");
    assert_eq!(values, json!([[22, 22], [20, 20], [2, 22]]));
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}
