use xdplive_source::{HeaderBytes, HostId, Origin, Row, Tunnels, WallClock};

use super::*;
use crate::{columns::tests::Values, tests::ethernet};

/// Rows of these interfaces, with the names of all.
fn batch(names: &[&str], rows: impl IntoIterator<Item = u16>) -> Batch {
    let row = |interface| {
        let origin = Origin { host: HostId::ONLY, interface };
        Row { origin, bytes: HeaderBytes::NONE, tunnel: Tunnels::NONE, event: ethernet(&[]) }
    };
    let interfaces = names.iter().map(|name| Arc::from(*name)).collect();
    let names = Names { interfaces, ..Names::default() };
    Batch::new(Arc::new(rows.into_iter().map(row).collect()), Arc::new(names), WallClock::ahead_by(0))
}

fn written(batches: &[Batch]) -> Vec<String> {
    let mut cells = Values::default();
    Interfaces::default().write(batches, &mut cells);
    cells.0.iter().map(|cell| cell.as_str().unwrap().to_owned()).collect()
}

#[test]
fn packets_of_several_interfaces_come_in_turn() {
    let odd = "br-\"lan\"";
    let batch = batch(&["", "eth0", odd, "größe"], [1, 2, 1, 3, 3, 2, 1, 0, 7]);
    assert_eq!(written(&[batch]), ["eth0", odd, "eth0", "größe", "größe", odd, "eth0", "", ""]);
}

#[test]
fn there_may_be_more_of_them_than_are_ready() {
    let names: Vec<String> = (0..40).map(|number| format!("veth{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // 1, 17 and 33 have the same place.
    let expected = ["veth1", "veth17", "veth1", "veth33", "veth33", "veth2", "veth1"];
    assert_eq!(written(&[batch(&names, [1, 17, 1, 33, 33, 2, 1])]), expected);
}

/// A number belongs to whoever has it now.
#[test]
fn a_number_may_be_another_interface_in_the_next_batch() {
    let batches = [batch(&["", "eth0"], [1, 1]), batch(&["", "wg0"], [1]), batch(&["", "eth0"], [1])];
    assert_eq!(written(&batches), ["eth0", "eth0", "wg0", "eth0"]);
}
