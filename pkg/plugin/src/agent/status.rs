//! What an agent does now, as text for who asks on this machine: `xdplive agent status`.

use std::{
    fmt::Write as _,
    fs, io,
    os::unix::{
        fs::PermissionsExt as _,
        net::{UnixListener as StdListener, UnixStream},
    },
    path::Path,
    sync::Arc,
    time::Duration,
};

use tokio::{io::AsyncWriteExt as _, net::UnixListener, time::timeout};
use tracing::{debug, warn};
use xdplive_fleet::{
    agent::{Agent, AgentSettings, Served, lends},
    wire::token,
};
use xdplive_source::{HookAccounts, InterfaceState, Source};

/// How long somebody may take to read.
const PATIENCE: Duration = Duration::from_secs(2);
/// Streams that are listed.
const LISTED: usize = 64;

/// Listens below `directory` for who asks what the agent of `host` does. Only the user that starts the agent, and root, can
/// connect. To be called while files can still be made.
///
/// # Errors
/// Where the socket cannot be made, or another agent of the same name listens there.
pub fn listen(directory: &Path, host: &str) -> io::Result<StdListener> {
    fs::create_dir_all(directory)?;
    let path = directory.join(format!("{}.sock", token(host)));
    if path.exists() {
        if UnixStream::connect(&path).is_ok() {
            let reason = format!("another agent is called \"{host}\" on this machine");
            return Err(io::Error::new(io::ErrorKind::AddrInUse, reason));
        }
        // One that was left behind: an agent has no right to remove it at its end.
        fs::remove_file(&path)?;
    }
    let listener = StdListener::bind(&path)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Answers everybody who connects, one after the other; has no end.
pub async fn answer(listener: StdListener, agent: &Agent, servers: &[String], source: &Arc<dyn Source>) {
    let listener = match UnixListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            warn!("nobody can ask what this agent does: {error}");
            return std::future::pending().await;
        }
    };
    loop {
        match listener.accept().await {
            Ok((mut asking, _)) => {
                let status = Status {
                    settings: agent.settings(),
                    uptime: agent.uptime(),
                    is_connected: agent.is_connected(),
                    is_namesake: agent.is_namesake(),
                    servers,
                    served: agent.served(),
                    hooks: source.accounts().await,
                };
                let text = status.text();
                let told = timeout(PATIENCE, asking.write_all(text.as_bytes())).await;
                if !matches!(told, Ok(Ok(()))) {
                    debug!("somebody asked what this agent does and did not wait for the answer");
                }
            }
            Err(error) => {
                warn!("somebody who asked what this agent does cannot be answered: {error}");
                tokio::time::sleep(PATIENCE).await;
            }
        }
    }
}

/// What an agent does now.
struct Status<'a> {
    /// What it is called, and what it lends.
    settings: &'a AgentSettings,
    uptime: Duration,
    is_connected: bool,
    /// Whether another agent has its name.
    is_namesake: bool,
    servers: &'a [String],
    served: Vec<Served>,
    hooks: Vec<HookAccounts>,
}

impl Status<'_> {
    /// The same as lines for people.
    fn text(&self) -> String {
        let AgentSettings { host, labels, ceiling, release, .. } = self.settings;
        let mut text = format!("agent \"{host}\", release {release}, for {} s\n", self.uptime.as_secs());
        let mut line = |of: std::fmt::Arguments<'_>| {
            // Writing to a text does not fail.
            _ = writeln!(text, "{of}");
        };
        let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        if !labels.is_empty() {
            line(format_args!("labels: {}", labels.join(", ")));
        }
        let connection = if self.is_connected { "connected" } else { "NOT connected, it is tried again" };
        line(format_args!("servers: {} ({connection})", self.servers.join(", ")));
        if self.is_namesake {
            line(format_args!("it serves NOBODY: another agent has the same name, and was there before"));
        }
        line(format_args!("{}", lends(ceiling)));
        line(format_args!("streams: {}", self.served.len()));
        for Served { client, what, sent } in self.served.iter().take(LISTED) {
            line(format_args!("  {what}; for {client}; {sent} rows sent"));
        }
        let left = self.served.len().saturating_sub(LISTED);
        if left > 0 {
            line(format_args!("  and {left} more"));
        }
        let watched = self.hooks.iter().filter(|hook| hook.state.is_some() || hook.hook.is_some());
        let mut is_watching = false;
        for HookAccounts { interface, direction, hook, state, reason, seen, .. } in watched {
            is_watching = true;
            let direction = direction.name();
            let by = hook.map(|hook| format!(" by {}", hook.name())).unwrap_or_default();
            let state = state.map_or("not needed now", InterfaceState::name);
            let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            line(format_args!("  {interface} {direction}: {state}{by}, {seen} packets seen{reason}"));
        }
        if !is_watching {
            line(format_args!("nothing is attached"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Read as _, sync::Arc};

    use xdplive_fleet::{ceiling::Ceiling, wire::Subjects};
    use xdplive_packet::{Hook, event::Direction};
    use xdplive_source::{Counts, Host};

    use super::*;

    #[test]
    fn what_an_agent_does_is_told_in_lines() {
        let settings = AgentSettings {
            host: "web1".to_owned(),
            subjects: Subjects::new("xdplive").unwrap(),
            labels: [("site".to_owned(), "fra".to_owned())].into(),
            ceiling: Ceiling { rows_per_second: Some(500), ..Ceiling::default() },
            release: "0.1.0".to_owned(),
        };
        let hook = HookAccounts {
            host: Host::only(Arc::from("web1")),
            interface: "eth0".into(),
            uplink: true,
            direction: Direction::In,
            hook: Some(Hook::TcxIngress),
            state: Some(InterfaceState::Attached),
            reason: String::new(),
            seen: 7,
            own: 0,
            streams: Vec::new(),
            ended: Counts::default(),
            ring_used: 0.0,
            kernel_time: None,
            flow_overflow: 0,
        };
        let what = "packets of eth0: udp port 1900".to_owned();
        let mut status = Status {
            settings: &settings,
            uptime: Duration::from_secs(61),
            is_connected: true,
            is_namesake: false,
            servers: &["nats://n:4222".to_owned()],
            served: vec![Served { client: "grafana".into(), what, sent: 5 }],
            hooks: vec![hook],
        };
        let expected = "agent \"web1\", release 0.1.0, for 61 s\nlabels: site=fra\nservers: nats://n:4222 (connected)\n\
                        it lends no more than: 500 rows a second\nstreams: 1\n  packets of eth0: udp port 1900; for \
                        grafana; 5 rows sent\n  eth0 in: attached by tcx, 7 packets seen\n";
        assert_eq!(status.text(), expected);
        status.hooks.clear();
        status.served = vec![status.served[0].clone(); LISTED + 2];
        (status.is_connected, status.is_namesake) = (false, true);
        let text = status.text();
        assert!(text.contains("NOT connected") && text.contains("it serves NOBODY"), "{text}");
        assert!(text.contains("  and 2 more\n") && text.ends_with("nothing is attached\n"), "{text}");
    }

    #[test]
    fn a_socket_that_was_left_behind_is_replaced_and_one_in_use_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let below = directory.path().join("agents");
        drop(listen(&below, "web1.example").unwrap());
        let listener = listen(&below, "web1.example").unwrap();
        let path = below.join("web1=2Eexample.sock");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let refused = listen(&below, "web1.example").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AddrInUse, "{refused}");
        drop(listener);
        assert!(UnixStream::connect(path).map(|mut left| left.read(&mut [0; 1])).is_err());
    }
}
