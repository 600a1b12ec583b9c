//! Flows: what was counted of them from one moment to the next, for those who ask.

mod conversations;
mod feed;
mod queue;
mod snapshot;
mod taken;
mod top;

pub use self::{
    conversations::{Conversation, Conversations, conversations},
    feed::FlowFeed,
    queue::{FlowQueue, Missed},
    snapshot::FlowSnapshot,
    taken::Taken,
    top::{Group, GroupBy, Groups, LinkProtocol, Top, top},
};

#[cfg(test)]
mod tests;
