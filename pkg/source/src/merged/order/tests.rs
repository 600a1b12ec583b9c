use bytemuck::Zeroable as _;
use proptest::{collection::vec, prelude::*};
use xdplive_packet::Event;

use super::*;
use crate::{Captured, Host, HostId};

const MS: u64 = 1_000_000;

/// Rows of `eth0`, or another interface of number 0, with these times by a clock that is `ahead`.
fn batch(name: &str, ahead: i64, times: &[u64]) -> Batch {
    let origin = Origin { host: HostId::ONLY, interface: 0 };
    let row = |time: &u64| Row {
        origin,
        bytes: HeaderBytes::NONE,
        tunnel: Tunnels::NONE,
        event: Event { time: *time, ..Event::zeroed() },
    };
    let names = Names { hosts: vec![Host::only("nas")], interfaces: vec![name.into()] };
    Batch::new(Arc::new(times.iter().map(row).collect()), Arc::new(names), WallClock::ahead_by(-ahead))
}

fn times(batch: Option<Batch>) -> Vec<u64> {
    batch.iter().flat_map(|batch| batch.rows()).map(|row| row.event.time).collect()
}

#[test]
fn rows_wait_for_older_ones_and_no_longer() {
    let (mut order, start) = (Order::new(Arc::default()), Instant::now());
    order.add(0, &batch("eth0", 0, &[10, 30]), start);
    order.add(1, &batch("eth0", 3000, &[3020, 3040]), start + HOLD / 2);
    assert_eq!(order.due(), Some(start + HOLD));
    assert!(order.take(start + HOLD / 2).is_none());
    // What is older goes along with what has waited.
    assert_eq!(times(order.take(start + HOLD)), [10, 20, 30]);
    assert_eq!(times(order.take(start + 2 * HOLD)), [40]);
    assert_eq!((order.due(), times(order.take_all())), (None, vec![]));
}

#[test]
fn memory_is_bounded() {
    let (mut order, now) = (Order::new(Arc::default()), Instant::now());
    let many: Vec<u64> = (0..MOST as u64).collect();
    order.add(0, &batch("eth0", 0, &many), now);
    assert!(order.take(now).is_none());
    order.add(0, &batch("eth0", 0, &[1_000_000]), now);
    assert_eq!(times(order.take(now)).len(), MOST);
    assert_eq!(times(order.take_all()), [1_000_000]);
}

/// Numbers mean something with their source only, and another interface may have one later.
#[test]
fn every_interface_has_its_own_number_and_name() {
    let (mut order, now) = (Order::new(Arc::default()), Instant::now());
    order.add(0, &batch("eth0", 0, &[1]), now);
    order.add(1, &batch("eth0", 0, &[2]), now);
    let first = order.take_all().unwrap();
    order.add(1, &batch("wg0", 0, &[3]), now);
    let second = order.take_all().unwrap();
    let rows: Vec<Row> = first.rows().iter().chain(second.rows()).copied().collect();
    let numbers: Vec<u16> = rows.iter().map(|row| row.origin.interface).collect();
    assert_eq!(numbers, [0, 1, 2]);
    assert_eq!([rows[0].origin.host, rows[1].origin.host], [HostId::new(0), HostId::new(1)]);
    assert_eq!(rows[2].origin.host, HostId::new(1));
    assert_eq!([0, 1].map(|row| first.names.interface(rows[row].origin)), ["eth0", "eth0"]);
    assert_eq!(second.names.interface(rows[2].origin), "wg0");
    assert_eq!((order.number_of(1, "wg0"), order.number_of(0, "wg0")), (Some(2), None));
}

#[test]
fn bytes_stay_with_their_rows() {
    let (mut order, now) = (Order::new(Arc::default()), Instant::now());
    for (part, time) in [(0, 10), (1, 20)] {
        let mut bytes = HeaderBytes::default();
        bytes.add(Captured { bytes: &[0xff], tag: None });
        let number = bytes.add(Captured { bytes: &[part, time], tag: None });
        let plain = batch("eth0", 0, &[time.into()]);
        let row = Row { bytes: number, ..plain.rows()[0] };
        let with = Batch::new(Arc::new(vec![row]), Arc::clone(&plain.names), WallClock::ahead_by(0));
        let later = now + u32::from(part) * HOLD;
        order.add(part.into(), &with.with_bytes(Some(Arc::new(bytes))), later);
    }
    let first = order.take(now + HOLD).unwrap();
    let second = order.take_all().unwrap();
    let bytes = |batch: &Batch| batch.captured(&batch.rows()[0]).unwrap().bytes.to_vec();
    assert_eq!([first.len(), second.len()], [1, 1]);
    assert_eq!([bytes(&first), bytes(&second)], [[0, 10], [1, 20]]);
}

proptest! {
    /// However rows of three sources come: each once, and in order where none is later than another by more than is
    /// waited for.
    #[test]
    fn all_rows_come_once_and_in_order(
        mut packets in vec((0..1000_u64, 0..3_usize, 0..149_u64), 0..200),
    ) {
        let (mut order, start) = (Order::new(Arc::default()), Instant::now());
        // Seen at a time, at a source, and there that much later.
        packets.sort_by_key(|(time, _, late)| time + late);
        let mut came = Vec::new();
        for (time, part, late) in &packets {
            let now = start + Duration::from_millis(time + late);
            came.extend(times(order.take(now)));
            order.add(*part, &batch("eth0", 0, &[time * MS]), now);
        }
        came.extend(times(order.take_all()));
        let mut expected: Vec<u64> = packets.iter().map(|(time, ..)| time * MS).collect();
        expected.sort_unstable();
        prop_assert_eq!(came, expected);
    }
}
