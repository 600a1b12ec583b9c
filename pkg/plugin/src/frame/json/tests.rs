use serde_json::Value;
use xdplive_corpus::named;
use xdplive_packet::{Event, Headers};

use super::*;
use crate::{
    columns::packets::PacketColumn,
    frame::tests::decode,
    tests::{batch, ethernet},
};

mod messages;
mod size;

fn ssdp() -> Event {
    ethernet(&named::ssdp().bytes())
}
