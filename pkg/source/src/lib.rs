//! The seam between capturing and serving: who asks for packets does not know where they come from.
//!
//! The capture of this machine is the first [`Source`]. What leaves one says of which host it is, and numbers in it mean
//! nothing but that two are the same. Nobody above asks this machine what it is called, so that network namespaces and
//! other machines can be sources. This crate has no I/O, and knows nothing of Grafana, queries or columns.
//!
//! | module | holds |
//! |---|---|
//! | `seam` | what every source can be asked |
//! | `request`, `interface_set`, `prepared` | what a stream is to have, of which interfaces, and what there is for it |
//! | `error` | why packets cannot be had |
//! | `hook`, `interface`, `vlan_tags` | the hook that is asked for, and the interfaces there are |
//! | [`own`] | own traffic |
//! | `subscription`, `queue`, `tally` | a running stream, its rows on their way, and what became of its packets |
//! | `batch`, `row`, `row_counts`, `header_bytes`, `tunnels` | rows, where they come from, the bytes of their headers, and what carries them |
//! | `flows`, `flow_filters` | what was counted of flows, and which of them somebody wants |
//! | `connections` | how well connections are, by sockets and by packets |
//! | `processes` | whose packets are |
//! | `accounts` | what has been counted so far |
//! | `learning` | names of hosts being learnt |
//! | `drops` | packets that the kernel has dropped |
//! | `link_counters` | what kernel and card have counted of an interface |
//! | `counting` | a stream that only counts, in intervals |
//! | `report` | what a machine lets us do |
//! | `host`, `host_patterns`, `ids` | hosts, and numbers for streams and interfaces |
//! | `ip` | addresses of hosts, as packets have them |
//! | `clock` | moments, and times of the kernel as times of day |
//! | `merged` | several sources as one, their rows in one order |
//! | `thin` | a stream kept to its rows a second |
//!
//! These import from each other, never from here; `tests/map.rs` holds them to it.

mod accounts;
mod batch;
mod clock;
mod connections;
mod counting;
mod drops;
mod error;
mod flow_filters;
mod flows;
mod header_bytes;
mod hook;
mod host;
mod host_patterns;
mod ids;
mod interface;
mod interface_set;
mod ip;
mod learning;
mod link_counters;
mod merged;
pub mod own;
mod prepared;
mod processes;
mod queue;
mod report;
mod request;
mod row;
mod row_counts;
mod seam;
mod subscription;
mod tally;
mod thin;
mod tunnels;
mod vlan_tags;

pub use self::{
    accounts::{
        Counts, DirectionCounts, HookAccounts, InterfaceState, Interval, KernelTime, Reading, StreamAccounts,
    },
    batch::Batch,
    clock::{Moment, WallClock},
    connections::{Connections, Qualities, Quality, QualitySource},
    counting::{Counting, Lap},
    drops::{DropFeed, DropNews, DropQueue, DropRows, DropSite},
    error::{ErrorKind, SourceError},
    flow_filters::{FlowFilters, WantedFlows},
    flows::{
        Conversation, Conversations, Cut, FlowFeed, FlowQueue, FlowSnapshot, Group, GroupBy, Groups,
        LinkProtocol, Lone, Missed, Place, Span, Sums, Taken, Top, Unanswered, Window, conversations, top,
        until_reading,
    },
    header_bytes::{Captured, HeaderBytes},
    hook::{HookChoice, UnknownHook},
    host::{Host, HostId, HostSet, Machine, names_of},
    host_patterns::HostPatterns,
    ids::{GONE, InterfaceNumber, StreamId},
    interface::{Interface, Interfaces, Link},
    interface_set::{ANY, Chosen, EXCEPT, InterfaceSet, NoSet, UPLINKS, WILDCARDS},
    ip::ip,
    learning::Learning,
    link_counters::{LinkCounters, LinkReading},
    merged::{Hosts, Merged, Order},
    prepared::{InForce, LeftOut, Prepared},
    processes::{Process, Processes, Sides},
    queue::{Counted, FLUSH_INTERVAL, Handled, Queue},
    report::{Check, HookOption, InterfaceHooks, Outcome, Report},
    request::{Decapsulate, Label, Request, Wanted},
    row::{Names, Origin, Row},
    row_counts::RowCounts,
    seam::{IsShown, Source},
    subscription::Subscription,
    tally::Tally,
    thin::Thinner,
    tunnels::Tunnels,
    vlan_tags::VlanTags,
};
