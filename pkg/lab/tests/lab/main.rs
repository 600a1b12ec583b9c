//! Real packets through the built programs. Needs root, and `make programs` before.

mod accounts;
mod churn;
mod counters;
mod endings;
mod errors;
mod filters;
mod flow_rows;
mod flows;
mod from_the_start;
mod groups;
mod grpc;
mod hooks;
mod interfaces;
mod kernel;
mod layouts;
mod limits;
mod many;
mod mixture;
mod overload;
mod own;
mod packets;
mod pcapng;
mod rates;
mod rights;
mod utilisation;
mod vlan;
