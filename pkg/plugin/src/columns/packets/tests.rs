use serde_json::{Map, Value, json};
use xdplive_packet::Event;

use super::*;
use crate::{
    columns::{Column as _, tests::Values},
    tests::{batch, ethernet, event, raw},
};

mod faults;
mod frame;
mod ip;
mod link;
mod upper;
mod vocabulary;

/// The cell of one column in the row of a packet on `eth0`.
fn cell(column: PacketColumn, event: Event) -> Value {
    let batch = batch("eth0", [event]);
    let mut cells = Values::default();
    column.write(std::slice::from_ref(&batch), &mut cells);
    let [value] = <[Value; 1]>::try_from(cells.0).unwrap();
    value
}

/// Columns that do not come from the packet's headers, but from where it was seen.
const FRAME: [PacketColumn; 5] = [
    PacketColumn::Time,
    PacketColumn::Interface,
    PacketColumn::Direction,
    PacketColumn::FrameLength,
    PacketColumn::Segments,
];

/// Those columns of the example of the contract: a network storage device announcing itself.
fn ssdp_row() -> Value {
    json!({
        "source_mac": "00:11:32:e5:79:5c",
        "destination_mac": "01:00:5e:7f:ff:fa",
        "ethertype": "IPv4",
        "version": 4,
        "source_ip": "192.0.2.20",
        "destination_ip": "239.255.255.250",
        "protocol": "UDP",
        "length": 129,
        "ttl": 1,
        "dscp": 0,
        "fragment": false,
        "source_port": 50085,
        "destination_port": 1900,
    })
}

/// The columns that come from the packet's headers, without those that are null.
fn headers(event: Event) -> Value {
    let columns = PacketColumn::ALL.iter().filter(|column| !FRAME.contains(column));
    let cells: Map<String, Value> = columns
        .map(|column| (column.name().to_owned(), cell(*column, event)))
        .filter(|(_, value)| !value.is_null())
        .collect();
    Value::Object(cells)
}
