//! Flows: what was counted of them from one moment to the next, for those who ask.

mod conversations;
mod feed;
mod queue;
mod snapshot;
mod taken;
mod top;
mod window;

pub use self::{
    conversations::{Conversation, Conversations, conversations},
    feed::FlowFeed,
    queue::{FlowQueue, Missed},
    snapshot::FlowSnapshot,
    taken::Taken,
    top::{Group, GroupBy, Groups, LinkProtocol, Place, Sums, Top, top},
    window::{Span, Window},
};

#[cfg(test)]
mod tests;
