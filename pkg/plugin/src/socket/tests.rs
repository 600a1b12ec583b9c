use std::{
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    process,
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

    /// What a plugin process that was killed would leave behind.
    fn leave(&self, name: &str) -> PathBuf {
        let directory = self.0.join(name);
        fs::create_dir(&directory).unwrap();
        drop(UnixListener::bind(directory.join(NAME)).unwrap());
        directory
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn nobody_else_can_reach_it() {
    let directory = Directory::new("modes");
    let socket = Socket::bind(&directory.0, None).unwrap();
    assert_eq!(mode(socket.directory()), 0o700);
    assert_eq!(mode(&socket.path()), 0o600);
}

/// Who can foresee the name can be there first.
#[test]
fn its_name_cannot_be_foreseen() {
    let directory = Directory::new("names");
    let sockets = [(); 2].map(|()| Socket::bind(&directory.0, None).unwrap());
    let names = sockets.each_ref().map(|socket| socket.directory().file_name().unwrap().to_str().unwrap());
    for name in names {
        assert_eq!(name.strip_prefix(PREFIX).map(str::len), Some(RANDOM), "{name}");
    }
    assert_ne!(names[0], names[1]);
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
    directory.leave("xdplive-0123456789abcdef");
    // An earlier version named them after processes.
    directory.leave("xdplive-4711");
    let socket = Socket::bind(&directory.0, None).unwrap();
    let name = socket.directory().file_name().unwrap().to_str().unwrap();
    assert_eq!(directory.entries(), [name]);
    assert!(UnixStream::connect(socket.path()).is_ok());
}

#[test]
fn what_is_in_use_or_no_socket_s_stays() {
    let directory = Directory::new("others");
    let neighbour = Socket::bind(&directory.0, None).unwrap();
    directory.leave("other-0123456789abcdef");
    fs::create_dir(directory.0.join("xdplive-empty")).unwrap();
    let elsewhere = directory.leave("elsewhere");
    std::os::unix::fs::symlink(&elsewhere, directory.0.join("xdplive-link")).unwrap();
    let before = directory.entries();

    drop(Socket::bind(&directory.0, None).unwrap());
    assert_eq!(directory.entries(), before);
    assert!(elsewhere.join(NAME).exists());
    assert!(UnixStream::connect(neighbour.path()).is_ok());
}

#[test]
fn where_it_cannot_be_made_that_is_an_error() {
    let directory = Directory::new("missing");
    let error = Socket::bind(&directory.0.join("nowhere"), None).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}
