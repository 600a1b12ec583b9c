use super::*;

const WEB: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const POD: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const OTHER: &str = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";

/// Processes as `/proc` shows them.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        fs::create_dir(machine.logs()).unwrap();
        machine.process("self", "self", "0::/user.slice");
        machine
    }

    fn proc(&self) -> PathBuf {
        self.0.path().join("proc")
    }

    fn logs(&self) -> PathBuf {
        self.0.path().join("logs")
    }

    /// A process, and the one in whose network namespace it is: itself, where that is a new one.
    fn process(&self, number: &str, of: &str, cgroup: &str) {
        let net = self.proc().join(number).join("net");
        fs::create_dir_all(&net).unwrap();
        if number == of {
            fs::write(net.join("dev"), "").unwrap();
        } else {
            let files = fs::read_dir(self.proc().join(of).join("net")).unwrap().flatten();
            files.for_each(|file| fs::hard_link(file.path(), net.join(file.file_name())).unwrap());
        }
        self.write(number, "cgroup", cgroup);
    }

    fn write(&self, number: &str, file: &str, text: &str) {
        fs::write(self.proc().join(number).join(file), text).unwrap();
    }

    /// A process in a new namespace with this address.
    fn container(&self, number: &str, cgroup: &str, address: &str) {
        self.process(number, number, cgroup);
        self.write(number, "net/fib_trie", &format!("     |-- {address}\n        /32 host LOCAL\n"));
    }

    fn names(&self) -> Vec<(String, String)> {
        let names = look(&self.proc(), &self.logs());
        let mut names: Vec<_> =
            names.into_iter().map(|(address, name)| (address.to_string(), name.to_string())).collect();
        names.sort();
        names
    }
}

fn named(names: &[(&str, &str)]) -> Vec<(String, String)> {
    names.iter().map(|(address, name)| ((*address).to_owned(), (*name).to_owned())).collect()
}

#[test]
fn containers_are_called_as_their_runtime_calls_them() {
    let machine = Machine::new();
    machine.container("10", &format!("12:cpu:/docker/{WEB}\n0::/"), "172.17.0.2");
    machine.write("10", "net/if_inet6", "20010db8000000000000000000000007 02 40 00 80     eth0\n");
    machine.container("11", "0::/lxc.payload.db/init.scope", "10.0.3.7");
    machine.container("12", &format!("0::/machine.slice/libpod-{POD}.scope"), "10.88.0.7");
    // Without a container, and in this namespace.
    machine.container("13", "0::/user.slice", "192.0.2.1");
    machine.process("14", "self", &format!("0::/docker/{OTHER}"));
    let rest = [("10.0.3.7", "db"), ("10.88.0.7", "bbbbbbbbbbbb")];
    let web = [("172.17.0.2", "aaaaaaaaaaaa"), ("2001:db8::7", "aaaaaaaaaaaa")];
    assert_eq!(machine.names(), named(&[&rest[..], &web].concat()));
    // Others know names for these ids.
    machine.process("20", "self", "0::/");
    machine.write("20", "comm", "conmon\n");
    machine.write("20", "cmdline", &["/usr/bin/conmon", "-c", POD, "-n", "shop"].join("\0"));
    machine.process("21", "self", "0::/");
    machine.write("21", "comm", "other\n");
    machine.write("21", "cmdline", &["/usr/bin/conmon", "-c", POD, "-n", "no"].join("\0"));
    fs::write(machine.logs().join(format!("web-5d9c_default_nginx-{WEB}.log")), "").unwrap();
    let rest = [("10.0.3.7", "db"), ("10.88.0.7", "shop")];
    let web = [("172.17.0.2", "web-5d9c.default"), ("2001:db8::7", "web-5d9c.default")];
    assert_eq!(machine.names(), named(&[&rest[..], &web].concat()));
}

#[test]
fn the_first_container_of_a_namespace_counts() {
    let machine = Machine::new();
    // As in a pod; what has made the namespace may be no container.
    machine.container("10", "0::/init.scope", "10.88.0.7");
    machine.process("11", "10", &format!("0::/docker/{WEB}"));
    machine.process("9999", "10", &format!("0::/docker/{OTHER}"));
    assert_eq!(machine.names(), named(&[("10.88.0.7", "aaaaaaaaaaaa")]));
}

#[test]
fn an_address_of_two_containers_has_no_name() {
    let machine = Machine::new();
    machine.container("10", &format!("0::/docker/{WEB}"), "10.88.0.7");
    machine.container("11", &format!("0::/docker/{OTHER}"), "10.88.0.7");
    machine.container("12", &format!("0::/docker/{POD}"), "10.88.0.8");
    assert_eq!(machine.names(), named(&[("10.88.0.8", "bbbbbbbbbbbb")]));
}

#[test]
fn what_cannot_be_read_has_no_name() {
    assert!(look(Path::new("/nowhere"), Path::new("/nowhere")).is_empty());
    let machine = Machine::new();
    // One that has gone, and one without a right to its namespace.
    fs::create_dir(machine.proc().join("7")).unwrap();
    machine.container("10", &format!("0::/docker/{WEB}"), "10.88.0.7");
    fs::remove_file(machine.proc().join("10/net/dev")).unwrap();
    assert_eq!(machine.names(), []);
}

/// What is asked of this machine, whatever containers it has.
#[test]
fn nobody_waits_for_a_look() {
    let containers = Containers::default();
    assert!(containers.names().is_empty());
    let until = Instant::now() + Duration::from_secs(20);
    while containers.0.found().looked.is_none() {
        assert!(Instant::now() < until, "the look does not end");
        thread::sleep(Duration::from_millis(5));
    }
    assert!(Arc::ptr_eq(&containers.names(), &containers.names()));
}
