//! This machine as a source: captures the packets of its interfaces and hands them to streams.
//!
//! ```text
//!        privileged, tiny               no capabilities
//!   loader process ── map fds ──► control thread ── generations, counters
//!   (load, attach, detach)        reader thread  ── rings ─► order ─► queues ─► streams
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`engine`] | this machine as a source: interfaces, streams, generations |
//! | [`unavailable`] | what stands in where the capture could not start |
//! | [`reader`], [`record`], [`ring_fill`] | the thread that empties the ring, and its parts |
//! | [`flow_table`] | the table of flows: swapping its banks, reading and emptying them |
//! | [`in_force`] | what programs go by now, in memory that is shared with them |
//! | [`bpf`] | maps, by the system call |
//! | [`instruments`] | kernel programs that belong to no interface, while somebody needs them |
//! | [`processes`] | whose the packets of this machine's sockets are |
//! | [`connections`] | how well this machine's connections are |
//! | [`drops`] | packets that the kernel drops |
//! | [`answers`] | names in answers of the DNS that pass |
//! | [`containers`] | names of containers, by their addresses |
//! | [`at_start`] | which rights this process was started with |
//! | [`program_file`] | who else gets them from the program's file |
//! | [`hook`] | which hook an interface gets, and why |
//! | [`interface`] | the interfaces, by netlink |
//! | [`own`] | own traffic: the ports it comes from |
//! | [`report`] | what this machine lets us do, for health check and doctor |
//! | [`settings`] | the bounds of memory and time |
//! | [`clock`] | the kernel's clock and the wall clock |
//!
//! The privileged process is `xdplive-loader`, and what a source is, `xdplive-source`. Nothing here knows of Grafana,
//! queries or columns.

pub mod answers;
pub mod at_start;
pub mod bpf;
pub mod clock;
pub mod connections;
pub mod containers;
pub mod drops;
pub mod engine;
pub mod flow_table;
pub mod hook;
pub mod in_force;
pub mod instruments;
pub mod interface;
pub mod own;
pub mod processes;
pub mod program_file;
pub mod reader;
pub mod record;
pub mod report;
pub mod ring_fill;
pub mod settings;
pub mod unavailable;
