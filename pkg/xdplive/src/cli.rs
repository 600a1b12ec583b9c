//! The command line.

use std::{ffi::OsString, os::unix::ffi::OsStrExt as _, path::PathBuf, time::Duration};

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{OsStringValueParser, TypedValueParser as _},
};
use xdplive_protocol::interface_name;

/// Packets of this machine's interfaces, by way of the Grafana plugin XDP Live.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print what goes over an interface, a line a packet, until Ctrl-C
    Watch(Box<Watch>),
    /// Lend the packets of this machine to others, over NATS, until Ctrl-C
    Agent(Box<Agent>),
    /// Look for what is missing here: rights, kernel features, properties of interfaces
    Doctor(Doctor),
    /// Explain a filter
    Filter(Filter),
}

/// Options of `watch`.
#[derive(Clone, Debug, Args)]
pub struct Watch {
    /// An interface, a pattern such as eth* or !veth*, uplinks, or any; may be given several times [default: that of the
    /// default route]. In a name \\ stands for a backslash and \xNN for a byte that cannot be printed
    #[arg(long, value_name = "IF", value_parser = OsStringValueParser::new().try_map(interface))]
    pub interface: Vec<String>,
    /// The way of the packets
    #[arg(long, value_enum, default_value = "both")]
    pub direction: Direction,
    /// Where packets are received
    #[arg(long, value_enum, default_value = "auto")]
    pub hook: Hook,
    /// Packets wanted, in pcap-filter's language; may be given several times, a stream each [default: all]
    #[arg(long, value_name = "EXPR")]
    pub filter: Vec<String>,
    /// What is streamed
    #[arg(long, value_enum, default_value = "packets")]
    pub query: Kind,
    /// Columns, separated by commas [default: all]
    #[arg(long, value_delimiter = ',', value_name = "a,b,…")]
    pub columns: Vec<String>,
    /// Rows a second at most, for each stream [default: no limit]
    #[arg(long, value_name = "ROWS_PER_SECOND")]
    pub limit: Option<u32>,
    /// Time between two points of rates, flows and counters
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    pub interval: u32,
    /// What rates are grouped by: protocol, direction, vlan, interface, host, source, destination, source_port,
    /// destination_port, host_ip, source_name, destination_name, ethertype, tcp_flag, cast, service,
    /// process, container, tunnel, tunnel_id; dropped packets by reason
    #[arg(long, value_name = "KEY")]
    pub group_by: Option<String>,
    /// Groups or conversations shown, of rates and flows
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: u32,
    /// Since when conversations are counted, of flows
    #[arg(long, value_enum, default_value = "interval")]
    pub since: Since,
    /// Which of a packet's headers count, where it carries another
    #[arg(long, value_enum, default_value = "none")]
    pub decapsulate: Decapsulate,
    /// Stop after so many rows in all
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
    /// Stop after so long
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub duration: Option<Duration>,
    /// Print one JSON object a row
    #[arg(long)]
    pub json: bool,
    /// Write the packets' headers to a pcapng file, - for standard output, instead of printing rows
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// Packets of other machines instead, whose agents (`xdplive agent`) are at these servers of NATS
    #[command(flatten)]
    pub fleet: Fleet,
    /// The plugin's program [default: beside this one, else in dist/]
    #[arg(long, value_name = "FILE")]
    pub plugin: Option<PathBuf>,
}

/// How `watch` gets to other machines.
#[derive(Clone, Debug, Default, Args)]
pub struct Fleet {
    /// Servers of NATS at which other machines' agents are, instead of this machine: nats://HOST:4222 or tls://HOST
    #[arg(long, value_delimiter = ',', value_name = "URL,…")]
    pub nats: Vec<String>,
    /// Machines, by name, pattern (web*) or label (site=fra); may be given several times [default: all]
    #[arg(long, value_delimiter = ',', value_name = "PATTERN", requires = "nats")]
    pub hosts: Vec<String>,
    /// What the agents' subjects begin with [default: xdplive]
    #[arg(long, value_name = "WORDS", requires = "nats")]
    pub prefix: Option<String>,
    /// A file with credentials for NATS: a .creds file, or the seed of a nkey
    #[arg(long, alias = "nkey", value_name = "FILE", requires = "nats")]
    pub creds: Option<PathBuf>,
    /// Certificates of those who may have signed the servers', in PEM [default: those of this machine]
    #[arg(long, value_name = "FILE", requires = "nats")]
    pub tls_ca: Option<PathBuf>,
    /// The certificate to show, in PEM
    #[arg(long, value_name = "FILE", requires_all = ["nats", "tls_key"])]
    pub tls_cert: Option<PathBuf>,
    /// Its key, in PEM
    #[arg(long, value_name = "FILE", requires_all = ["nats", "tls_cert"])]
    pub tls_key: Option<PathBuf>,
    /// TLS before anything else is said, for servers that are set so (handshake_first)
    #[arg(long, requires = "nats")]
    pub tls_first: bool,
}

/// Options of `agent`. What is not given is taken from the configuration file.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Agent {
    /// What to do with agents that run.
    #[command(subcommand)]
    pub command: Option<AgentCommand>,
    /// The configuration [default: /etc/xdplive-agent.toml, if it is there]. Only it says what is lent at most
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Servers of NATS: nats://HOST:4222 or tls://HOST
    #[arg(long, value_delimiter = ',', value_name = "URL,…")]
    pub nats: Vec<String>,
    /// What others call this machine [default: its host name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// What is said about this machine, such as site=fra; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    pub label: Vec<String>,
    /// What subjects begin with [default: xdplive]
    #[arg(long, value_name = "WORDS")]
    pub prefix: Option<String>,
    /// A file with credentials for NATS: a .creds file, or the seed of a nkey
    #[arg(long, alias = "nkey", value_name = "FILE")]
    pub creds: Option<PathBuf>,
    /// Certificates of those who may have signed the servers', in PEM [default: those of this machine]
    #[arg(long, value_name = "FILE")]
    pub tls_ca: Option<PathBuf>,
    /// The certificate to show, in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Its key, in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// TLS before anything else is said, for servers that are set so (handshake_first)
    #[arg(long)]
    pub tls_first: bool,
    /// The plugin's program, which is the agent [default: beside this one, else in dist/]
    #[arg(long, value_name = "FILE")]
    pub plugin: Option<PathBuf>,
}

/// What to do with agents that run on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum AgentCommand {
    /// Print what the agents of this machine do now: to whom they are connected, for whom they watch what
    Status,
}

/// Options of `doctor`.
#[derive(Clone, Debug, Args)]
pub struct Doctor {
    /// The plugin's program [default: beside this one, else in dist/]
    #[arg(long, value_name = "FILE")]
    pub plugin: Option<PathBuf>,
}

/// Options of `filter`.
#[derive(Clone, Debug, Args)]
pub struct Filter {
    /// The filter, in pcap-filter's language
    #[arg(value_name = "EXPR", required = true)]
    pub expression: Vec<String>,
}

/// Which headers count, of a packet that carries another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Decapsulate {
    /// Those on the wire, the outermost
    None,
    /// Those of the innermost packet
    Inner,
}

/// Ways of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    /// Received
    In,
    /// Sent
    Out,
    /// Received and sent
    Both,
}

/// Receiving hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Hook {
    /// The best that does no harm
    Auto,
    /// XDP in the driver
    XdpNative,
    /// XDP on socket buffers
    XdpGeneric,
    /// TCX ingress
    Tcx,
}

/// Kinds of queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A row a packet
    Packets,
    /// Counts an interval
    Rates,
    /// Conversations
    Flows,
    /// Counters of the capture itself
    Capture,
    /// State and counters of interfaces
    Interfaces,
    /// Packets that the kernel drops
    Drops,
}

/// Beginnings of what is counted of conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Since {
    /// The interval
    Interval,
    /// The stream
    Start,
}

/// The name of a value on the command line, which is also its name in queries and settings.
pub fn name_of<V: ValueEnum>(value: V) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn seconds(text: &str) -> Result<Duration, String> {
    let allowed = "it takes a number of seconds above 0, such as 10 or 0.5";
    let seconds: f64 = text.parse().map_err(|_| allowed.to_owned())?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| allowed.to_owned())
}

/// An entry of a list of interfaces. What is not UTF-8 cannot be that, and is a name itself.
fn interface(given: OsString) -> Result<String, String> {
    if given.is_empty() {
        return Err(
            "it takes the name of an interface, such as eth0, a pattern such as eth*, uplinks, or any for all; leave \
                    --interface out for that of the default route"
                .to_owned(),
        );
    }
    match given.to_str() {
        // The plugin reads it, and tells words and patterns from names that look like them by how they are written.
        Some(text) => match interface_name::unescape(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(error) => Err(error.to_string()),
        },
        None => Ok(interface_name::escape(given.as_bytes())),
    }
}

#[cfg(test)]
mod tests;
