//! Other machines as one source: hosts come and go, and whatever is asked is asked of those that are there.

mod caller;
mod counted;
mod drops;
mod fleet;
mod lessee;
mod listening;
mod offset;
mod parts;
mod run;
mod shared;
mod shares;
mod sink;
mod sums;
mod table;
mod turns;

pub use self::{
    fleet::{Fleet, FleetError},
    shared::FleetSettings,
    table::{Known, Reach},
};
