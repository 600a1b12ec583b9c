//! Flows: what was counted of them from one moment to the next, for those who ask.

mod conversations;
mod cut;
mod feed;
mod pace;
mod queue;
mod snapshot;
mod taken;
mod top;
mod unanswered;
mod window;

pub use self::{
    conversations::{Conversation, Conversations, conversations},
    cut::Cut,
    feed::FlowFeed,
    pace::until_reading,
    queue::{FlowQueue, Missed},
    snapshot::FlowSnapshot,
    taken::Taken,
    top::{Group, GroupBy, Groups, LinkProtocol, Place, Sums, Top, top},
    unanswered::{Lone, Unanswered},
    window::{Span, Window},
};

#[cfg(test)]
mod tests;
