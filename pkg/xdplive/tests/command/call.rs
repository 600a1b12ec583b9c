//! A call of `xdplive`, and how it ended.

use std::{
    io::Read,
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// How long a call may take that should end.
const SOON: Duration = Duration::from_secs(20);

/// A running call; dropping it kills it.
pub struct Call {
    child: Child,
    errors: Option<JoinHandle<String>>,
}

/// How it ended.
#[derive(Debug)]
pub struct Outcome {
    pub status: Option<i32>,
    /// What came on standard error.
    pub errors: String,
}

/// A command line of `xdplive`.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xdplive"));
    command.args(arguments).stdin(Stdio::null());
    command
}

impl Call {
    /// Starts it. Standard output is where the command says.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let errors = thread::spawn(move || {
            let mut text = Vec::new();
            stderr.read_to_end(&mut text).unwrap();
            String::from_utf8(text).unwrap()
        });
        Self { child, errors: Some(errors) }
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        let id = Pid::from_child(&self.child);
        kill_process(id, Signal::INT).unwrap();
    }

    /// Waits for the end.
    pub fn finish(mut self) -> Outcome {
        let until = Instant::now() + SOON;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < until, "it does not end");
            thread::sleep(Duration::from_millis(5));
        };
        Outcome { status: status.code(), errors: self.errors.take().unwrap().join().unwrap() }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
