//! Which files the plugin process can reach (landlock(7), kernel 5.13; TCP from 6.7, abstract sockets and signals from
//! 6.12).

use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath, PathFd,
    Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};

use super::error::FenceError;

/// The newest that is asked for; an older kernel has the part that it knows.
const NEWEST: ABI = ABI::V6;

/// Leaves reading below `/proc` and `/sys`, and removing what is below `own`. No TCP: the plugin listens on a unix socket,
/// which it has by then.
///
/// # Errors
/// [`FenceError::Landlock`] where the kernel restricts nothing.
pub fn restrict(own: &Path) -> Result<(), FenceError> {
    let status = try_restrict(own).map_err(|error| FenceError::Landlock(error.to_string()))?;
    match status {
        RulesetStatus::NotEnforced => {
            Err(FenceError::Landlock("it is switched off, or not built in".to_owned()))
        }
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
    }
}

fn try_restrict(own: &Path) -> Result<RulesetStatus, RulesetError> {
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
    for (path, allowed) in [
        (Path::new("/proc"), read),
        (Path::new("/sys"), read),
        (own, AccessFs::ReadDir | AccessFs::RemoveFile),
    ] {
        // Where there is no such directory there is nothing to be reached.
        if let Ok(directory) = PathFd::new(path) {
            rules = rules.add_rule(PathBeneath::new(directory, allowed))?;
        }
    }
    Ok(rules.restrict_self()?.ruleset)
}
