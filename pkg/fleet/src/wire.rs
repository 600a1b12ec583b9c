//! What agents and clients say to each other, as bytes. Pure: no I/O, and no reading allocates more than a bound that its
//! module names, whatever the bytes.
//!
//! | module | holds |
//! |---|---|
//! | `subjects` | who says what to whom |
//! | `calls` | what is said to all |
//! | `asks`, `pieces` | what one is asked, and its answer |
//! | `request`, `prepared`, `accounts`, `report` | what asks and answers are about |
//! | `delivery`, `rows`, `flows`, `drops`, `settled` | what comes for a lease |
//! | `bounds`, `bytes`, `words`, `error` | how they are written, and why something is not taken |

mod accounts;
mod asks;
mod bounds;
mod bytes;
mod calls;
mod delivery;
mod drops;
mod error;
mod flows;
mod links;
mod pieces;
mod prepared;
mod report;
mod request;
mod rows;
mod settled;
mod subjects;
mod words;

pub use self::{
    accounts::{WireAccounts, WireCounts, WireStream},
    asks::{Answer, Answered, Ask, Asked, Asking, Start},
    bounds::{MAX_MESSAGE, VERSION},
    calls::{Call, MAX_LABELS, MAX_LEASES, Presence},
    delivery::{Body, Head, Kind, Progress, Sums, beat, message, read},
    drops::{DropTally, Drops, drop_bodies},
    error::WireError,
    flows::{FlowsPart, flow_bodies},
    links::WireLink,
    pieces::{Pieces, pieces, read_piece},
    prepared::{Refusal, WirePrepared},
    report::{Description, WireReport},
    request::{RequestError, WireRequest, interfaces, lists_of},
    rows::{Rows, RowsWriter},
    settled::{Ended, Settled},
    subjects::{DEFAULT_PREFIX, NameError, Subjects, check_client, check_host, token},
};
pub(crate) use calls::forged;
