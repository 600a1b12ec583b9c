//! The back end of the Grafana data source XDP Live: captured packets in Grafana's plugin protocol.
//!
//! ```text
//! query JSON ─► query ─► asked (access, settings) ─► source ─► rows ─► columns ─► frame JSON / Arrow
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`process`] | the life of the process; [`handshake`], [`socket`], [`logging`], [`own_ports`], [`shutdown`] are its parts |
//! | [`services`] | Grafana's services: data, stream, resource, diagnostics, and go-plugin's controller |
//! | [`asked`] | one way from a request of Grafana's to a request to the source |
//! | [`query`], [`channel`] | what a query may say, and the path of its stream |
//! | [`access`], [`settings`] | who may see what, and what is set by whom |
//! | [`columns`], [`mod@frame`] | rows as columns, columns as frames |
//!
//! Where packets come from is `xdplive-capture`'s business.

pub mod access;
pub mod asked;
pub mod channel;
pub mod columns;
pub mod frame;
pub mod handshake;
pub mod logging;
pub mod own_ports;
pub mod process;
pub mod query;
pub mod services;
pub mod settings;
pub mod shutdown;
pub mod socket;

#[cfg(test)]
mod tests;
