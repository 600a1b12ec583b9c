//! The seam between capturing and serving: who asks for packets does not know where they come from.
//!
//! The capture of this machine ([`crate::engine::LocalSource`]) is the first [`Source`]. What leaves one says of which
//! host it is, and numbers in it mean nothing but that two are the same. Nobody above asks this machine what it is
//! called, so that network namespaces and other machines can be sources.
//!
//! | module | holds |
//! |---|---|
//! | `seam` | what every source can be asked |
//! | `request`, `prepared` | what a stream is to have, and what there is for it |
//! | `error` | why packets cannot be had |
//! | `subscription`, `queue`, `tally` | a running stream, its rows on their way, and what became of its packets |
//! | `batch`, `row`, `row_counts`, `header_bytes` | rows, where they come from, and the bytes of their headers |
//! | `flows` | what was counted of flows |
//! | `accounts` | what has been counted so far |
//! | `report` | what a machine lets us do |
//! | `host`, `ids` | hosts, and numbers for streams and interfaces |
//! | `merged` | several sources as one |
//! | `unavailable` | what stands in where the capture could not start |
//!
//! These import from each other, never from here.

mod accounts;
mod batch;
mod error;
mod flows;
mod header_bytes;
mod host;
mod ids;
mod merged;
mod prepared;
pub mod queue;
mod report;
mod request;
mod row;
mod row_counts;
mod seam;
mod subscription;
mod tally;
mod unavailable;

pub use self::{
    accounts::{
        Counts, DirectionCounts, HookAccounts, InterfaceState, Interval, KernelTime, Reading, StreamAccounts,
    },
    batch::Batch,
    error::{ErrorKind, SourceError},
    flows::{
        Conversation, Conversations, FlowFeed, FlowQueue, FlowSnapshot, Group, GroupBy, Groups, LinkProtocol,
        Missed, Taken, Top, conversations, top,
    },
    header_bytes::{Captured, HeaderBytes},
    host::{Host, HostId, HostSet, names_of},
    ids::{GONE, InterfaceNumber, StreamId},
    merged::Merged,
    prepared::{InForce, LeftOut, Prepared},
    queue::{Counted, Handled, Queue},
    report::{Check, HookOption, InterfaceHooks, Outcome, Report},
    request::{InterfaceSet, Label, Request, Wanted},
    row::{Names, Origin, Row},
    row_counts::RowCounts,
    seam::{IsShown, Source},
    subscription::Subscription,
    tally::Tally,
    unavailable::Unavailable,
};
