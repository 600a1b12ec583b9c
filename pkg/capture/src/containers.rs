//! The containers of this machine, by the addresses that they have in network namespaces of their own. Of what the kernel and
//! the runtimes show to everybody: it takes no right, and no runtime's socket.

use std::{
    collections::{BTreeMap, HashMap},
    fs::{self, File},
    io::Read as _,
    net::IpAddr,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tracing::warn;
use xdplive_names::{
    HostNames,
    container::{ContainerId, addresses, name_in_group, pod_of_log, watched_by_conmon},
};

/// How long what was found is taken for true.
const FRESH: Duration = Duration::from_secs(5);
/// Processes that are looked at, and namespaces whose addresses are read.
const MOST_PROCESSES: usize = 65_536;
const MOST_NAMESPACES: usize = 4096;
/// Addresses of all of them.
const MOST_ADDRESSES: usize = 65_536;
/// Processes of one namespace that are asked for a container; the first ones have started it.
const ASKED: usize = 8;
/// Bytes of a file that are read.
const MOST_BYTES: u64 = 1 << 20;
/// Where the kubelet has a link to the log of each container, by pod and id: a directory whose names the plugin process is left with
/// the right to read (`pkg/loader/src/fence/landlock.rs`).
const POD_LOGS: &str = "/var/log/containers";

/// Names of containers. They are looked for while somebody asks.
#[derive(Clone, Default)]
pub struct Containers(Arc<Shared>);

#[derive(Default)]
struct Shared {
    found: Mutex<Found>,
    is_looking: AtomicBool,
}

#[derive(Default)]
struct Found {
    looked: Option<Instant>,
    names: HostNames,
}

impl Containers {
    /// Names by address, as they were found last. Where that is not fresh, another thread looks, so that nobody waits.
    #[must_use]
    pub fn names(&self) -> HostNames {
        let found = self.0.found();
        let names = Arc::clone(&found.names);
        if found.looked.is_none_or(|looked| looked.elapsed() >= FRESH) {
            drop(found);
            self.look();
        }
        names
    }

    fn look(&self) {
        if self.0.is_looking.swap(true, Ordering::AcqRel) {
            return;
        }
        let shared = Arc::clone(&self.0);
        let look = move || {
            let names = look(Path::new("/proc"), Path::new(POD_LOGS));
            let mut found = shared.found();
            // Who has them can see by that whether anything has changed.
            if *found.names != names {
                found.names = Arc::new(names);
            }
            found.looked = Some(Instant::now());
            drop(found);
            shared.is_looking.store(false, Ordering::Release);
        };
        if let Err(error) = thread::Builder::new().name("containers".to_owned()).spawn(look) {
            warn!("names of containers cannot be looked for: {error}");
            self.0.found().looked = Some(Instant::now());
            self.0.is_looking.store(false, Ordering::Release);
        }
    }
}

impl Shared {
    fn found(&self) -> MutexGuard<'_, Found> {
        // Nothing that holds the lock can panic half-way through a change.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A container, as far as its processes tell.
enum Container {
    /// By the name that its runtime gave its control group.
    Named(String),
    /// By its id, which others have a name for.
    Known(ContainerId),
}

/// Looks at all processes once.
fn look(proc: &Path, pod_logs: &Path) -> HashMap<IpAddr, Arc<str>> {
    let processes = processes(proc);
    let found = containers(proc, &processes);
    let has_ids = found.iter().any(|(_, container)| matches!(container, Container::Known(_)));
    let called = if has_ids { called(&processes, pod_logs) } else { HashMap::new() };
    let mut names: HashMap<IpAddr, Option<Arc<str>>> = HashMap::new();
    for (process, container) in &found {
        let name: Arc<str> = Arc::from(match container {
            Container::Named(name) => name,
            Container::Known(id) => called.get(id).map_or_else(|| id.short(), String::as_str),
        });
        let net = process.join("net");
        for address in addresses(&read(&net.join("fib_trie")), &read(&net.join("if_inet6"))) {
            if names.len() >= MOST_ADDRESSES {
                break;
            }
            let known = names.entry(address).or_insert_with(|| Some(Arc::clone(&name)));
            if known.as_ref() != Some(&name) {
                // Networks of containers may have the same addresses.
                *known = None;
            }
        }
    }
    names.into_iter().filter_map(|(address, name)| Some((address, name?))).collect()
}

/// The directories of all processes, the ones with the lowest numbers first.
fn processes(proc: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(proc).into_iter().flatten().flatten();
    let number = |name: &std::ffi::OsStr| name.to_str()?.parse::<u32>().ok();
    let mut numbers: Vec<u32> = entries.filter_map(|entry| number(&entry.file_name())).collect();
    numbers.sort_unstable();
    numbers.truncate(MOST_PROCESSES);
    numbers.into_iter().map(|number| proc.join(number.to_string())).collect()
}

/// The containers that have a network namespace of their own, each with a process in it.
fn containers(proc: &Path, processes: &[PathBuf]) -> Vec<(PathBuf, Container)> {
    let Some(own) = namespace(&proc.join("self")) else { return Vec::new() };
    let mut asked: BTreeMap<u64, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for process in processes {
        let Some(namespace) = namespace(process).filter(|namespace| *namespace != own) else { continue };
        if asked.len() >= MOST_NAMESPACES && !asked.contains_key(&namespace) {
            continue;
        }
        let times = asked.entry(namespace).or_default();
        if *times >= ASKED {
            continue;
        }
        *times += 1;
        if let Some(container) = container(&read(&process.join("cgroup"))) {
            *times = ASKED;
            found.push((process.clone(), container));
        }
    }
    found
}

/// Tells the network namespaces of processes apart: each has a file of its own here. What leads to a namespace itself only the
/// owner of the process may read.
fn namespace(process: &Path) -> Option<u64> {
    fs::metadata(process.join("net/dev")).ok().map(|file| file.ino())
}

/// The container that a process is in, by the text of its `cgroup` (cgroups(7)): a line for each hierarchy.
fn container(cgroup: &str) -> Option<Container> {
    let paths = || cgroup.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    let id = paths().find_map(ContainerId::of_group).map(Container::Known);
    id.or_else(|| paths().find_map(name_in_group).map(Container::Named))
}

/// What the runtimes call their containers.
fn called(processes: &[PathBuf], pod_logs: &Path) -> HashMap<ContainerId, String> {
    let monitors = processes.iter().filter(|process| read(&process.join("comm")).trim_end() == "conmon");
    let watched = monitors.filter_map(|process| watched_by_conmon(read(&process.join("cmdline")).as_bytes()));
    let logs = fs::read_dir(pod_logs).into_iter().flatten().flatten().take(MOST_PROCESSES);
    let of_pods = logs.filter_map(|entry| pod_of_log(entry.file_name().to_str()?));
    // The name of a pod says more than that of a container in it, and comes last.
    watched.chain(of_pods).collect()
}

/// The beginning of a file; nothing of one that cannot be read, as its process may have gone.
fn read(path: &Path) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = File::open(path) {
        let _ = file.take(MOST_BYTES).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
