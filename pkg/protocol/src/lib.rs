//! What the plugin and those who start it agree on: names and texts that one side writes and the other reads.
//!
//! | module | holds |
//! |---|---|
//! | [`handshake`] | how a process shows that it starts a plugin, and how it asks it to end: go-plugin's protocol |
//! | [`plugin`] | the plugin's id, the name of its program, and the socket of the loader's service |
//! | [`agent`] | how the plugin's program is started as an agent |
//! | [`accounts`] | names of what a stream counted, in its trailers |
//! | [`columns`] | names of columns that the command line asks for by itself |
//! | [`event`] | lines of the plugin's log that a person is to see |
//! | [`interface_name`] | names of interfaces as text |
//!
//! It depends on nothing of either side, so that the command line need not link the back end.

pub mod accounts;
pub mod agent;
pub mod columns;
pub mod event;
pub mod handshake;
pub mod interface_name;
pub mod plugin;
