//! Before the rest of the machine, whose doings should not be in the figures.
//!
//! Where the kernel groups processes by session (sched(7), "The autogroup feature"), a process's own priority counts
//! among its session only, and the session's has to be raised; elsewhere, the process's own.

use std::{fs, thread};

use rustix::process::setpriority_process;
use tokio::{
    runtime::Builder,
    signal::{
        ctrl_c,
        unix::{SignalKind, signal},
    },
};

/// The priority of this process's session. In the file of another process it is that of its own session.
const SESSION: &str = "/proc/self/autogroup";
/// The highest (setpriority(2)).
const HIGHEST: i32 = -20;

/// What a process returns that was interrupted, as shells have it.
const INTERRUPTED: i32 = 130;

/// The raised priority of this process and those that it starts from now on, until it is dropped or the process is
/// interrupted. A session's priority stays raised where the process is killed.
pub struct Priority {
    /// The session's own priority, where it was raised.
    session: Option<i32>,
}

impl Priority {
    /// From now on. Where it is not allowed, figures are only less steady.
    #[must_use]
    pub fn raise() -> Self {
        let session = fs::read_to_string(SESSION).ok().and_then(|text| nice(&text));
        let session = session.filter(|_| fs::write(SESSION, HIGHEST.to_string()).is_ok());
        match session {
            Some(session) => restore_when_interrupted(session),
            None => _ = setpriority_process(None, HIGHEST),
        }
        Self { session }
    }
}

impl Drop for Priority {
    fn drop(&mut self) {
        if let Some(session) = self.session {
            restore(session);
        }
    }
}

fn restore(session: i32) {
    // Where that fails, nothing can be done about it, and the session ends some time.
    let _ = fs::write(SESSION, session.to_string());
}

/// The session goes on after Ctrl-C; it is usually that of a shell.
fn restore_when_interrupted(session: i32) {
    let wait = move || {
        let runtime = Builder::new_current_thread().enable_all().build().ok()?;
        runtime.block_on(async {
            let mut terminate = signal(SignalKind::terminate()).ok()?;
            let mut hang_up = signal(SignalKind::hangup()).ok()?;
            tokio::select! {
                result = ctrl_c() => result.ok()?,
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
            restore(session);
            std::process::exit(INTERRUPTED)
        })
    };
    // Without it, the session keeps the priority after Ctrl-C.
    let _ = thread::Builder::new().name("signals".to_owned()).spawn(move || -> Option<()> { wait() });
}

/// The priority in `/autogroup-17 nice 0`.
fn nice(text: &str) -> Option<i32> {
    text.split_once(" nice ")?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::nice;

    #[test]
    fn a_sessions_priority_is_the_last_word() {
        assert_eq!(nice("/autogroup-17 nice -3\n"), Some(-3));
        assert_eq!(nice(""), None);
    }
}
