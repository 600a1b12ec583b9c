//! Real packets through the built programs. Needs root, and `make programs` before.

mod accounts;
mod counters;
mod endings;
mod errors;
mod filters;
mod flows;
mod grpc;
mod hooks;
mod interfaces;
mod kernel;
mod overload;
mod own;
mod packets;
mod rates;
mod rights;
mod vlan;
