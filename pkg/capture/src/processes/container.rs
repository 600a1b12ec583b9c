//! What a process's control group says of where it runs.

use std::{
    collections::HashMap,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use xdplive_loader::control_groups::mount_point;
use xdplive_names::container::ContainerId;

/// Groups that are known at most, and how deep they are looked for.
const MOST: usize = 16_384;
const DEPTH: usize = 16;
/// Time between two looks at all groups, where one is not known.
const BETWEEN: Duration = Duration::from_secs(1);

/// The groups by their ids.
#[derive(Default)]
pub struct Groups {
    looked: Option<Instant>,
    names: HashMap<u64, Option<Arc<str>>>,
}

impl Groups {
    /// The container that a group is of, or else the group's path; none of the root, and where it has gone before anybody looked.
    pub fn container(&mut self, id: u64) -> Option<Arc<str>> {
        if !self.names.contains_key(&id) && self.looked.is_none_or(|looked| looked.elapsed() >= BETWEEN) {
            self.looked = Some(Instant::now());
            self.look();
        }
        self.names.get(&id).cloned().flatten()
    }

    /// Those that have gone stay known for a while: rows of theirs may still come.
    fn look(&mut self) {
        let Some(root) = mount_point() else { return };
        if self.names.len() >= MOST {
            self.names.clear();
        }
        let mut waiting: Vec<(PathBuf, usize)> = vec![(root.clone(), 0)];
        while let Some((path, depth)) = waiting.pop() {
            let Ok(metadata) = fs::metadata(&path) else { continue };
            if self.names.len() >= MOST {
                return;
            }
            self.names.insert(metadata.ino(), name(path.strip_prefix(&root).unwrap_or(&path)));
            if depth < DEPTH {
                let inside = fs::read_dir(&path).into_iter().flatten().flatten();
                let groups = inside.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
                waiting.extend(groups.map(|entry| (entry.path(), depth + 1)));
            }
        }
    }
}

/// What a group is called, by its path below the root: the beginning of a container's id, where it has one (Docker, Podman,
/// containerd, CRI-O); else the path.
fn name(path: &Path) -> Option<Arc<str>> {
    let text = path.to_string_lossy();
    if text.is_empty() {
        return None;
    }
    let id = ContainerId::of_group(&text);
    Some(id.map_or_else(|| format!("/{text}").into(), |id| Arc::from(id.short())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_go_by_the_beginning_of_their_id() {
        let id = "0123456789abcdef".repeat(4);
        let path = format!("system.slice/docker-{id}.scope");
        assert_eq!(name(Path::new(&path)).as_deref(), Some("0123456789ab"));
        assert_eq!(
            name(Path::new("system.slice/nginx.service")).as_deref(),
            Some("/system.slice/nginx.service")
        );
        assert_eq!(name(Path::new("")), None);
    }
}
