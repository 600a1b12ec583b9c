//! `xdplive agent status`: what the agents of this machine say that they do.

use std::{
    fs, io,
    io::Read as _,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    exit::Failure,
    output::{OutputError, STANDARD_OUTPUT},
    standard_error,
};

/// How long an agent may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes that an answer has at most.
const MOST: u64 = 1 << 20;

/// Prints what each agent says that listens below `directory`.
///
/// # Errors
/// Where none answers.
pub fn run(directory: &Path) -> Result<(), Failure> {
    let none = || Failure::Machine(format!("no agent runs here: none listens below {}", directory.display()));
    let mut answered = 0;
    for path in sockets(directory) {
        match ask(&path) {
            Ok(text) => {
                answered += 1;
                let written = io::Write::write_all(&mut io::stdout(), text.as_bytes());
                written
                    .or_else(|error| OutputError::new("the status", STANDARD_OUTPUT, error).into_result())?;
            }
            // It was left behind by one that has ended.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                let path = path.display();
                return Err(Failure::Machine(format!(
                    "{path} may be asked by root, and by the user who started the agent: use sudo"
                )));
            }
            Err(error) => {
                standard_error::note(format_args!("xdplive: {} does not answer: {error}", path.display()));
            }
        }
    }
    if answered == 0 { Err(none()) } else { Ok(()) }
}

/// The sockets below a directory, in the order of their names.
fn sockets(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut sockets: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sock"))
        .collect();
    sockets.sort();
    sockets
}

fn ask(path: &Path) -> io::Result<String> {
    let stream = UnixStream::connect(path)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut text = String::new();
    stream.take(MOST).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, os::unix::net::UnixListener, thread};

    use super::*;

    #[test]
    fn agents_are_asked_and_those_that_have_ended_are_not_reported() {
        let directory = tempfile::tempdir().unwrap();
        let nobody = run(directory.path()).unwrap_err();
        assert!(matches!(&nobody, Failure::Machine(message) if message.starts_with("no agent runs here")));
        drop(UnixListener::bind(directory.path().join("a.sock")).unwrap());
        assert!(run(directory.path()).is_err(), "left behind");
        let path = directory.path().join("b.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let agent = thread::spawn(move || listener.accept().unwrap().0.write_all(b"agent \"b\"\n").unwrap());
        assert_eq!(ask(&path).unwrap(), "agent \"b\"\n");
        agent.join().unwrap();
        assert_eq!(sockets(directory.path()).len(), 2);
    }
}
