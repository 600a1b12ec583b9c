use std::os::fd::FromRawFd as _;

use super::*;

#[test]
fn pieces_are_in_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("packets");
    std::fs::write(&path, "older and longer").unwrap();
    let mut out = Out::new(&path);
    out.create().unwrap();
    assert_eq!([out.write(b"one "), out.write(b"two"), out.close()], [Ok(true), Ok(true), Ok(true)]);
    assert_eq!(std::fs::read(&path).unwrap(), b"one two");
}

#[test]
fn a_full_disk_is_named() {
    let mut out = Out::new(Path::new("/dev/full"));
    out.create().unwrap();
    let Err(Failure::Machine(message)) = out.write(b"packet") else { panic!("it was written") };
    assert!(message.starts_with("cannot write packets to /dev/full: No space left on device"), "{message}");
}

/// Where a file system tells of it at the end only. A descriptor that is not open stands for such a file.
#[test]
fn what_fails_at_the_end_is_told() {
    let mut out = Out::new(Path::new("packets"));
    // SAFETY: the kernel gives the lowest numbers first, so that nobody has this one.
    out.file = Some(unsafe { File::from_raw_fd(i32::MAX) });
    let Err(Failure::Machine(message)) = out.close() else { panic!("it was closed") };
    assert!(message.starts_with("cannot write packets to packets: Bad file descriptor"), "{message}");
}

#[test]
fn a_file_that_cannot_be_made_is_named() {
    let Err(Failure::Machine(message)) = Out::new(Path::new("/nowhere/file")).create() else {
        panic!("made")
    };
    assert!(message.starts_with("cannot write packets to /nowhere/file: No such file"), "{message}");
}

#[test]
fn nobody_reading_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut out = Out::new(Path::new("packets"));
    out.file = Some(File::from(std::os::fd::OwnedFd::from(writer)));
    assert_eq!(out.write(b"packet"), Ok(false));
}
