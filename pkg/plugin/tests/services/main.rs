//! The services as Grafana meets them: gRPC through memory, over a source whose packets the tests make.
//!
//! | module | holds |
//! |---|---|
//! | [`grafana`] | Grafana's side: calls and their answers |
//! | [`context`] | who asks, and through which data source |
//! | [`log`] | what is logged meanwhile |
//! | [`source`] | the other side: interfaces, errors and packets of a made-up machine |
//!
//! Time stands still unless everybody waits for it, so that nothing here depends on how fast a machine is.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod access;
mod accounts;
mod audit;
mod connections;
mod context;
mod drops;
mod end;
mod expressions;
mod feed;
mod filter;
mod flows;
mod from_the_start;
mod grafana;
mod groups;
mod health;
mod host;
mod interface_sets;
mod interfaces;
mod lingering;
mod log;
mod masks;
mod names;
mod other_machines;
mod past;
mod pcapng;
mod query_data;
mod quotas;
mod rates;
mod refusals;
mod resources;
mod run_stream;
mod seen;
mod settings;
mod source;
mod subscribe;
mod two_hosts;
mod utilisation;
