//! The back end of the Grafana data source XDP Live: captured packets in Grafana's plugin protocol.
//!
//! ```text
//! query JSON ─► query ─► asked (access, settings) ─► source ─► rows ─► columns ─► frame JSON / Arrow
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`process`] | the life of the process; [`handshake`], [`socket`], [`logging`], [`own_ports`], [`other_machines`], [`shutdown`] are its parts |
//! | [`loader_unit`], [`mod@agent`] | other lives of the program: the loader as a service, and the agent of a fleet |
//! | [`services`] | Grafana's services: data, stream, resource, diagnostics, and go-plugin's controller |
//! | [`asked`] | one way from a request of Grafana's to a request to the source |
//! | [`query`], [`channel`] | what a query may say, and the path of its stream |
//! | [`access`], [`caller`], [`settings`] | who may see what, what an answer is for, and what is set by whom |
//! | [`administrator`] | what the administrator has set, as this process finds it |
//! | `shortened` | what was given, as errors quote it |
//! | [`quota`] | how much of what there is one may have |
//! | [`audit`] | the log of who was sent packets |
//! | [`sent`], [`standing`] | what streams have sent, for panels that open later; queries without a stream of their own |
//! | [`seen`] | hosts, ports and the like in what was sent, to choose from |
//! | [`groups`], [`utilisation`] | groups of rates: their names, and which are shown; percent of a link's speed |
//! | [`masks`] | addresses shown as their networks |
//! | [`places`] | where addresses are, by files of the administrator's |
//! | [`attribution`] | whose packets are, told when rows are made |
//! | [`naming`] | what is known of hosts when rows are made |
//! | [`conversations`] | conversations as rows |
//! | [`shortfall`] | how much larger rows may be than they are shown |
//! | [`link_intervals`] | what was counted of interfaces, one interval after the other |
//! | [`graph`], [`mod@matrix`] | conversations as a graph of hosts, and as a matrix |
//! | [`columns`], [`mod@frame`] | rows as columns, columns as frames |
//! | [`pcapng`] | rows as a file for Wireshark |
//!
//! What a source of packets is, `xdplive-source` says, and this crate asks it and nothing behind it. That it is the
//! capture of this machine, only [`process`], [`mod@agent`], [`loader_unit`], [`administrator`], [`own_ports`], [`other_machines`] and the server's [`settings`] know.

pub mod access;
pub mod administrator;
pub mod agent;
pub mod asked;
pub mod attribution;
pub mod audit;
pub mod caller;
pub mod channel;
pub mod columns;
pub mod conversations;
pub mod frame;
pub mod graph;
pub mod groups;
pub mod handshake;
pub mod link_intervals;
pub mod loader_unit;
pub mod logging;
pub mod masks;
pub mod matrix;
pub mod naming;
pub mod other_machines;
pub mod own_ports;
pub mod pcapng;
pub mod places;
pub mod process;
pub mod query;
pub mod quota;
pub mod seen;
pub mod sent;
pub mod services;
pub mod settings;
mod shortened;
pub mod shortfall;
pub mod shutdown;
pub mod socket;
pub mod standing;
pub mod utilisation;

#[cfg(test)]
mod tests;
