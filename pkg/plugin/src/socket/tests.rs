use std::{
    io::{Read as _, Write as _},
    os::unix::{fs::MetadataExt as _, net::UnixStream},
    process::{Child, Command},
};

use super::*;

/// A directory for one test, removed with it.
struct Directory(PathBuf);

impl Directory {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("test-{test}-{}", process::id()));
        // A run that was killed had the same process id.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// The names of what is in it.
    fn entries(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// What the plugin process with this id would leave behind.
    fn leave(&self, id: u32) -> String {
        let name = format!("{PREFIX}{id}");
        fs::create_dir(self.0.join(&name)).unwrap();
        drop(UnixListener::bind(self.0.join(&name).join(NAME)).unwrap());
        name
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A process that lives until its standard input is closed.
fn living() -> Child {
    Command::new("cat").stdin(process::Stdio::piped()).stdout(process::Stdio::null()).spawn().unwrap()
}

/// The id of a process that has ended.
fn dead() -> u32 {
    let mut child = Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    child.id()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn nobody_else_can_reach_it() {
    let directory = Directory::new("modes");
    let socket = Socket::bind(&directory.0, None).unwrap();
    assert_eq!(directory.entries(), [format!("{PREFIX}{}", process::id())]);
    assert_eq!(mode(socket.path().parent().unwrap()), 0o700);
    assert_eq!(mode(&socket.path()), 0o600);
}

#[test]
fn it_is_listened_to() {
    let directory = Directory::new("listening");
    let mut socket = Socket::bind(&directory.0, None).unwrap();
    let mut client = UnixStream::connect(socket.path()).unwrap();
    client.write_all(b"hello").unwrap();
    drop(client);
    let mut heard = String::new();
    socket.take_listener().unwrap().accept().unwrap().0.read_to_string(&mut heard).unwrap();
    assert_eq!(heard, "hello");
    assert!(socket.take_listener().is_none());
}

#[test]
fn it_is_removed_in_the_end() {
    let directory = Directory::new("removal");
    drop(Socket::bind(&directory.0, None).unwrap());
    assert_eq!(directory.entries(), [""; 0]);
}

#[test]
fn what_killed_processes_left_behind_is_removed() {
    let directory = Directory::new("leftovers");
    directory.leave(dead());
    let own = directory.leave(process::id());
    let socket = Socket::bind(&directory.0, None).unwrap();
    assert_eq!(directory.entries(), [own]);
    assert!(UnixStream::connect(socket.path()).is_ok());
}

#[test]
fn what_belongs_to_others_stays() {
    let directory = Directory::new("others");
    let mut neighbour = living();
    let mut expected = vec![
        directory.leave(neighbour.id()),
        // Somebody else's process, for whoever is not root.
        directory.leave(1),
    ];
    let id = dead();
    for name in
        [format!("xdplive-{id}x"), format!("other-{id}"), "xdplive-".to_owned(), "xdplive-0".to_owned()]
    {
        fs::create_dir(directory.0.join(&name)).unwrap();
        fs::write(directory.0.join(&name).join(NAME), "").unwrap();
        expected.push(name);
    }
    // No directory of a plugin's: there is no socket in it.
    let empty = format!("xdplive-{id}");
    fs::create_dir(directory.0.join(&empty)).unwrap();
    expected.push(empty);

    drop(Socket::bind(&directory.0, None).unwrap());
    expected.sort();
    assert_eq!(directory.entries(), expected);
    drop(neighbour.stdin.take());
    neighbour.wait().unwrap();
}

#[test]
fn where_it_cannot_be_made_that_is_an_error() {
    let directory = Directory::new("missing");
    let error = Socket::bind(&directory.0.join("nowhere"), None).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}
