//! Which files the plugin process can reach (landlock(7), kernel 5.13; TCP from 6.7, abstract sockets and signals from
//! 6.12).

use std::{collections::BTreeSet, path::Path};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, NetPort, PathBeneath,
    PathFd, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};

use super::error::FenceError;

/// The newest that is asked for; an older kernel has the part that it knows.
const NEWEST: ABI = ABI::V6;

/// What connecting to another machine by its name reads: how names are resolved, and who signs certificates.
const NAMES_AND_CERTIFICATES: [&str; 3] = ["/etc", "/usr/share/ca-certificates", "/run/systemd/resolve"];
/// Where a program that is linked statically gets its random numbers from: `getrandom(2)` is looked for by its name in the C
/// library, which such a program cannot do. The first is asked whether the second is ready.
const RANDOM: [&str; 2] = ["/dev/random", "/dev/urandom"];
/// Names of hosts. The right is to the file that is there at the start: to one that is put in its place later there is none, for
/// that would take a right to all of `/etc`, where other programs keep their secrets.
const HOSTS: &str = "/etc/hosts";
/// Names of users, by the same rule.
const USERS: &str = "/etc/passwd";
/// Names of pods are those of files in this directory. What is in the files is not read.
const POD_LOGS: &str = "/var/log/containers";

/// Leaves reading below `/proc` and `/sys` and of `/etc/hosts` and `/etc/passwd`, the names in `/var/log/containers`, and removing what
/// is below `own`. Of TCP it leaves connections to `ports`, and reading what they need; the plugin listens on a unix socket, which it
/// has by then.
///
/// # Errors
/// [`FenceError::Landlock`] where the kernel restricts nothing.
pub fn restrict(own: &Path, ports: &BTreeSet<u16>) -> Result<(), FenceError> {
    let status = try_restrict(own, ports).map_err(|error| FenceError::Landlock(error.to_string()))?;
    match status {
        RulesetStatus::NotEnforced => {
            Err(FenceError::Landlock("it is switched off, or not built in".to_owned()))
        }
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
    }
}

fn try_restrict(own: &Path, ports: &BTreeSet<u16>) -> Result<RulesetStatus, RulesetError> {
    // Removing a directory is a right on the one above it, which is everybody's. What may be removed there, its sticky bit
    // says.
    let handled = AccessFs::from_all(NEWEST) & !BitFlags::from(AccessFs::RemoveDir);
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(handled)?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::AbstractUnixSocket)?
        .create()?;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let needed = NAMES_AND_CERTIFICATES.iter().filter(|_| !ports.is_empty());
    let readable = ["/proc", "/sys"].iter().chain(needed).map(|path| (Path::new(path), read));
    let random =
        RANDOM.iter().chain([&HOSTS, &USERS]).map(|path| (Path::new(path), AccessFs::ReadFile.into()));
    let pods = (Path::new(POD_LOGS), AccessFs::ReadDir.into());
    let own = (own, AccessFs::ReadDir | AccessFs::RemoveFile);
    for (path, allowed) in readable.chain(random).chain([pods, own]) {
        // Where there is no such directory there is nothing to be reached.
        if let Ok(directory) = PathFd::new(path) {
            rules = rules.add_rule(PathBeneath::new(directory, allowed))?;
        }
    }
    for port in ports {
        rules = rules.add_rule(NetPort::new(*port, AccessNet::ConnectTcp))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}
