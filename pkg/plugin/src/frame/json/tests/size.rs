//! How large messages become. Grafana drops a browser that has 4 MiB waiting.

use xdplive_packet::{Malformed, headers::present, names};

use super::*;

/// The contract's bound.
const BOUND: usize = 512 * 1024;

/// The longest name an interface can have, but for characters that JSON escapes.
const NAME: &str = "fifteen_bytes_x";

/// A row whose every cell is as long as a value can be.
fn longest() -> Event {
    let protocol = (0..=u8::MAX).max_by_key(|number| names::protocol(*number).map_or(3, str::len)).unwrap();
    let headers = Headers {
        destination_mac: [0xff; 6],
        source_mac: [0xff; 6],
        ethertype: 0xffff,
        vlan: 0x0fff,
        inner_vlan: 0x0fff,
        source_ip: [0xff; 16],
        destination_ip: [0xff; 16],
        // The kernel merges at most 512 KiB (`GSO_MAX_SIZE`).
        length: 524_280,
        source_port: u16::MAX,
        destination_port: u16::MAX,
        // "false" is longer than "true", and a type longer than "802.3".
        present: !(present::FRAGMENT | present::LENGTH_FIELD),
        version: 6,
        protocol,
        ttl: u8::MAX,
        traffic_class: u8::MAX,
        tcp_flags: u8::MAX,
        icmp_type: u8::MAX,
        icmp_code: u8::MAX,
        malformed: Malformed::TooManyHeaders as u8,
        ..Headers::EMPTY
    };
    Event { frame_length: 524_302, segments: u16::MAX, headers, ..ssdp() }
}

/// A row of which nothing is known: `null` is longer than many a number.
fn nothing() -> Event {
    Event { headers: Headers::EMPTY, segments: 0, ..ssdp() }
}

/// Bytes of a cell and the comma behind it.
fn bytes(column: PacketColumn, event: Event) -> usize {
    let length = |rows| Encoder::new(vec![column]).message(&[batch(NAME, vec![event; rows])]).len();
    length(2) - length(1)
}

#[test]
fn no_cell_is_wider_than_its_column_says() {
    for column in PacketColumn::ALL {
        for event in [longest(), nothing(), ssdp()] {
            assert!(bytes(*column, event) <= column.width() + 1, "{}", column.name());
        }
    }
}

/// Otherwise the other tests here would be of no use.
#[test]
fn the_longest_row_is_the_longest() {
    let text = |column| decode::json(&Encoder::new(vec![column]).message(&[batch(NAME, [longest()])][..]));
    assert_eq!(text(PacketColumn::Protocol), [["Mobility Header"]]);
    assert_eq!(text(PacketColumn::SourceIp), [["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]]);
    assert_eq!(text(PacketColumn::TcpFlags), [["FIN,SYN,RST,PSH,ACK,URG,ECE,CWR"]]);
    assert_eq!(text(PacketColumn::Malformed), [["too_many_headers"]]);
}

#[test]
fn the_longest_rows_that_may_be_in_a_message_fit_it() {
    let each = PacketColumn::ALL.iter().map(|column| vec![*column]);
    for columns in each.chain([PacketColumn::ALL.to_vec()]) {
        for event in [longest(), nothing()] {
            // The first message, which has the schema, too.
            let mut encoder = Encoder::new(columns.clone());
            let length = encoder.message(&[batch(NAME, vec![event; encoder.most_rows()])]).len();
            assert!(length <= BOUND, "{length} bytes of {columns:?}");
        }
    }
}

/// Control characters in a name are beyond what the bound is made for; the browser stays connected.
#[test]
fn odd_names_stay_below_what_grafana_bears() {
    let mut encoder = Encoder::new(vec![PacketColumn::Interface]);
    let rows = batch(&"\u{1}".repeat(15), vec![ssdp(); encoder.most_rows()]);
    assert!(encoder.message(&[rows]).len() < 4 << 20);
}

/// At ten messages a second, the largest budget there is by default is never cut into more of them.
#[test]
fn a_tenth_of_the_default_ceiling_fits_a_message() {
    assert!(Encoder::new(PacketColumn::ALL.to_vec()).most_rows() >= 1000);
}

#[test]
fn without_columns_there_is_still_room_for_a_row() {
    assert!(Encoder::<PacketColumn>::new(Vec::new()).most_rows() > 0);
}

/// Rows may be longer than those before, by which the room for them is chosen.
#[test]
fn a_message_does_not_depend_on_the_one_before() {
    let rows = |event, count| [batch(NAME, vec![event; count])];
    let fresh = |event| Encoder::new(PacketColumn::ALL.to_vec()).message(&rows(event, 1000));
    let mut encoder = Encoder::new(PacketColumn::ALL.to_vec());
    encoder.message(&rows(nothing(), 1));
    for event in [longest(), nothing(), ssdp(), longest(), ssdp()] {
        assert_eq!(decode::json(&encoder.message(&rows(event, 1000))), decode::json(&fresh(event)));
    }
}

/// A message waits until Grafana takes it.
#[test]
fn a_message_takes_hardly_more_memory_than_it_says() {
    let mut encoder = Encoder::new(PacketColumn::ALL.to_vec());
    let mut message = || encoder.message(&[batch("eth0", vec![ssdp(); 1000])]);
    let (_, next) = (message(), message());
    assert!(next.capacity() < next.len() * 4 / 3, "{} bytes for {}", next.capacity(), next.len());
}
