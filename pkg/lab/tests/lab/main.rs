//! Real packets through the built programs. Needs root, and `make programs` before.

mod accounts;
mod endings;
mod errors;
mod grpc;
mod hooks;
mod interfaces;
mod kernel;
mod packets;
mod rights;
