//! What stands in a message.

use super::*;

const COLUMNS: [PacketColumn; 4] =
    [PacketColumn::Time, PacketColumn::SourceIp, PacketColumn::Ttl, PacketColumn::Fragment];

#[test]
fn the_first_has_the_schema_before_its_data_and_the_others_values_only() {
    let mut encoder = Encoder::new(COLUMNS.to_vec());
    let first = encoder.message(&[batch("eth0", [ssdp(), ssdp()])]);
    let expected = concat!(
        r#"{"schema":{"fields":["#,
        r#"{"name":"time","type":"time","typeInfo":{"frame":"time.Time"},"#,
        r#""config":{"description":"When the kernel saw the packet"}},"#,
        r#"{"name":"source_ip","type":"string","typeInfo":{"frame":"string","nullable":true},"#,
        r#""config":{"description":"Source address, for ARP the sender's"}},"#,
        r#"{"name":"ttl","type":"number","typeInfo":{"frame":"uint32","nullable":true},"#,
        r#""config":{"description":"TTL or hop limit"}},"#,
        r#"{"name":"fragment","type":"boolean","typeInfo":{"frame":"bool","nullable":true},"#,
        r#""config":{"description":"Whether it is a fragment of an IP packet"}}]},"#,
        r#""data":{"values":[[1767225600001,1767225600001],["192.0.2.20","192.0.2.20"],[1,1],[false,false]]}}"#,
    );
    assert_eq!(str::from_utf8(&first), Ok(expected));
    for _ in 0..2 {
        let next = encoder.message(&[batch("eth0", [ssdp()])]);
        let expected = r#"{"data":{"values":[[1767225600001],["192.0.2.20"],[1],[false]]}}"#;
        assert_eq!(str::from_utf8(&next), Ok(expected));
    }
}

/// What a subscriber gets who comes while the stream runs.
#[test]
fn the_schema_alone_is_that_of_the_first_message() {
    let schema = String::from_utf8(schema(&COLUMNS)).unwrap();
    let first = Encoder::new(COLUMNS.to_vec()).message(&[batch("eth0", [ssdp()])]);
    let (of_first, _) = str::from_utf8(&first).unwrap().split_once(",\"data\":").unwrap();
    assert_eq!(schema, format!("{of_first}}}"));
    let message: Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(message.as_object().unwrap().keys().collect::<Vec<_>>(), ["schema"]);
}

#[test]
fn rows_of_several_batches_follow_each_other() {
    let with_ttl = |ttl| Event { headers: Headers { ttl, ..ssdp().headers }, ..ssdp() };
    let batches = [
        batch("eth0", [with_ttl(1), with_ttl(2)]),
        batch("wg0", [with_ttl(3)]),
        batch("eth1", [with_ttl(4)]),
    ];
    let message = Encoder::new(vec![PacketColumn::Ttl, PacketColumn::Interface]).message(&batches);
    let ttls = [1, 2, 3, 4].map(Value::from);
    let interfaces = ["eth0", "eth0", "wg0", "eth1"].map(Value::from);
    assert_eq!(decode::json(&message), [ttls, interfaces]);
}

#[test]
fn a_field_that_does_not_exist_is_null() {
    let message = Encoder::new(PacketColumn::ALL.to_vec()).message(&[batch("eth0", [ethernet(&[])])]);
    let known: Vec<&str> = PacketColumn::ALL
        .iter()
        .zip(decode::json(&message))
        .filter(|(_, values)| *values != [Value::Null])
        .map(|(column, _)| column.name())
        .collect();
    assert_eq!(known, ["time", "interface", "direction", "frame_length", "segments", "malformed"]);
}

/// They are written without looking for characters that JSON escapes.
#[test]
fn every_protocol_and_type_survives() {
    let with = |number: u16| {
        let headers = Headers { protocol: number as u8, ethertype: number, ..ssdp().headers };
        Event { headers, ..ssdp() }
    };
    let events = (0..=u16::MAX).map(with);
    let message =
        Encoder::new(vec![PacketColumn::Protocol, PacketColumn::Ethertype]).message(&[batch("eth0", events)]);
    let cells = decode::json(&message);
    assert!(cells.iter().flatten().all(|cell| cell.as_str().is_some_and(|text| !text.is_empty())));
    assert_eq!([cells[0].len(), cells[1].len()], [1 << 16; 2]);
    assert_eq!([&cells[0][129], &cells[1][0x88cc]], ["IPLT", "LLDP"]);
}

/// Grafana separates messages by line ends.
#[test]
fn any_interface_name_is_valid_json_on_one_line() {
    for name in [
        "eth0",
        "br-\"lan\"",
        "a\\b",
        "\\\"",
        "größe",
        "\u{1f980}",
        "\u{1}\u{1f}\u{7f}\u{8}\u{c}",
        "line\nend\r\t",
        "\u{2028}\u{2029}",
        "\u{fffd}",
        " ",
        "",
    ] {
        let message = Encoder::new(vec![PacketColumn::Interface]).message(&[batch(name, [ssdp(), ssdp()])]);
        assert_eq!(decode::json(&message), [[name, name].map(Value::from)], "{name:?}");
        assert!(!message.contains(&b'\n') && !message.contains(&b'\r'), "{name:?}");
    }
}
