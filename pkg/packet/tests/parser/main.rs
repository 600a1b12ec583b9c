//! The header parser against the contract of the packet columns.
//!
//! Frames are written here by hand, byte by byte, so that the parser is not measured by a builder that
//! may share its mistakes; only [`corpus`] and [`properties`] use generated ones.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod arp;
mod corpus;
mod ethernet;
mod fragments;
mod ipv4;
mod ipv6;
mod properties;
mod raw;
mod support;
mod tunnels;
mod upper;
mod vocabulary;
