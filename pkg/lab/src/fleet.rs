//! A server of NATS and agents, each in its namespace.

use std::{
    fs::{self, File},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use crate::{eventually, in_checkout, leash::Leash, namespace::Namespace, plugin, process, xdplive};

/// How long anything may take that should happen soon.
const SOON: Duration = Duration::from_secs(20);

/// A server of NATS that listens on one address of a namespace, and ends with this.
pub struct Nats {
    _process: Leash,
}

impl Nats {
    /// Starts one; who wants to reach it tries until it listens.
    ///
    /// # Panics
    /// Where it cannot be had or does not start.
    #[must_use]
    pub fn start(namespace: &Namespace, address: &str) -> Self {
        let script = in_checkout("tools/nats-server.sh");
        let output = Command::new(&script).output().expect("tools/nats-server.sh");
        assert!(
            output.status.success(),
            "nats-server is needed and cannot be had: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let program = String::from_utf8(output.stdout).expect("a path");
        let mut command = namespace.command(&[program.trim(), "-a", address, "-p", "4222"]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self { _process: Leash(process.expect("starting nats-server")) }
    }
}

/// An agent that runs; dropping it kills it.
pub struct RunningAgent {
    child: Child,
    log: TempDir,
}

impl RunningAgent {
    /// Starts the agent `name` in a namespace, and waits until it has found its server.
    ///
    /// # Panics
    /// Where it does not start, or does not find its server.
    #[must_use]
    pub fn start(namespace: &Namespace, name: &str, server: &str) -> Self {
        let log = TempDir::new().expect("a directory");
        let file = File::create(log.path().join("log")).expect("a file");
        let program = xdplive().display().to_string();
        let mut command = namespace.command(&[&program, "agent", "--nats", server, "--name", name]);
        let child = command.arg("--plugin").arg(plugin()).stdout(Stdio::null()).stderr(file).spawn();
        let agent = Self { child: child.expect("starting the agent"), log };
        assert!(
            eventually(SOON, || agent.said().contains("connected to NATS")),
            "the agent {name} does not find {server}: {}",
            agent.said()
        );
        agent
    }

    /// All that it has said.
    ///
    /// # Panics
    /// Where that cannot be read.
    #[must_use]
    pub fn said(&self) -> String {
        fs::read_to_string(self.log.path().join("log")).expect("the agent's log")
    }

    /// Has it end as it should, and waits until it has. Returns all that it has said.
    ///
    /// # Panics
    /// Where it does not end soon, or not well.
    #[must_use]
    pub fn stop(mut self) -> String {
        process::terminate(self.child.id());
        let mut status = None;
        let ended = eventually(SOON, || {
            status = self.child.try_wait().expect("waiting for the agent");
            status.is_some()
        });
        assert!(ended && status.is_some_and(|status| status.success()), "{status:?}: {}", self.said());
        self.said()
    }

    /// Kills it.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for RunningAgent {
    fn drop(&mut self) {
        self.end();
    }
}
