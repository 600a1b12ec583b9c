use arrow_array::{cast::AsArray as _, types::TimestampNanosecondType};
use serde_json::json;
use xdplive_corpus::{
    frame::{Ethernet, Ipv4, Tcp},
    named,
};
use xdplive_packet::Event;

use super::*;
use crate::{
    columns::packets::PacketColumn,
    frame::tests::decode,
    tests::{EPOCH, batch, ethernet},
};

fn ssdp() -> Event {
    ethernet(&named::ssdp().bytes())
}

#[test]
fn the_metadata_are_those_that_grafana_reads() {
    let meta = json!({ "custom": { "channel": "packets/1f", "data": { "kind": "packets" } } });
    let (schema, _) = decode::arrow_file(&frame("B \"1\"", PacketColumn::ALL, &[], &meta).unwrap());
    let expected = HashMap::from([
        ("name".to_owned(), String::new()),
        ("refId".to_owned(), "B \"1\"".to_owned()),
        ("meta".to_owned(), r#"{"custom":{"channel":"packets/1f","data":{"kind":"packets"}}}"#.to_owned()),
    ]);
    assert_eq!(schema.metadata(), &expected);
}

#[test]
fn the_fields_have_the_types_of_the_columns() {
    let columns = [
        PacketColumn::Time,
        PacketColumn::Interface,
        PacketColumn::SourceIp,
        PacketColumn::Ttl,
        PacketColumn::Fragment,
    ];
    let (schema, _) = decode::arrow_file(&frame("A", &columns, &[], &Value::Null).unwrap());
    let fields: Vec<(&str, &DataType, bool)> = schema
        .fields()
        .iter()
        .map(|field| (field.name().as_str(), field.data_type(), field.is_nullable()))
        .collect();
    let expected = [
        ("time", &DataType::Timestamp(TimeUnit::Nanosecond, None), false),
        ("interface", &DataType::Utf8, false),
        ("source_ip", &DataType::Utf8, true),
        ("ttl", &DataType::UInt32, true),
        ("fragment", &DataType::Boolean, true),
    ];
    assert_eq!(fields, expected);
}

/// A query without rows yet still says which columns there will be.
#[test]
fn a_frame_without_rows_has_one_empty_record() {
    let (_, records) = decode::arrow_file(&frame("A", PacketColumn::ALL, &[], &Value::Null).unwrap());
    let sizes: Vec<(usize, usize)> =
        records.iter().map(|record| (record.num_columns(), record.num_rows())).collect();
    assert_eq!(sizes, [(24, 0)]);
}

/// The unit is ns, the resolution ms, as in streams: history and stream meet in one panel.
#[test]
fn times_are_nanoseconds_of_whole_milliseconds() {
    let file = frame("A", &[PacketColumn::Time], &[batch("eth0", [ssdp()])], &Value::Null).unwrap();
    let (_, records) = decode::arrow_file(&file);
    let times = records[0].column(0).as_primitive::<TimestampNanosecondType>();
    assert_eq!((times.len(), times.value(0)), (1, EPOCH + 1_000_000));
}

#[test]
fn times_that_no_clock_shows_are_numbers() {
    let late = Event { time: u64::MAX, ..ssdp() };
    let file = frame("A", &[PacketColumn::Time], &[batch("eth0", [late])], &Value::Null).unwrap();
    assert_eq!(decode::arrow(&file), [[json!(i64::MAX / 1_000_000)]]);
}

#[test]
fn rows_of_several_batches_follow_each_other() {
    let batches = [batch("eth0", [ssdp(), ssdp()]), batch("größe", [ssdp()])];
    let file = frame("A", &[PacketColumn::Interface, PacketColumn::Ttl], &batches, &Value::Null).unwrap();
    assert_eq!(
        decode::arrow(&file),
        [[json!("eth0"), json!("eth0"), json!("größe")], [json!(1), json!(1), json!(1)]]
    );
}

#[test]
fn a_field_that_does_not_exist_is_null_unlike_an_empty_one() {
    let without_flags = Ipv4::new([192, 0, 2, 1], [192, 0, 2, 20], Tcp::new(443, 50_085, 0));
    let without_flags = ethernet(&Ethernet::new([0; 6], [0; 6], without_flags).bytes());
    let batches = [batch("eth0", [ssdp(), without_flags])];
    let file = frame("A", &[PacketColumn::TcpFlags, PacketColumn::Vlan], &batches, &Value::Null).unwrap();
    assert_eq!(decode::arrow(&file), [[Value::Null, json!("")], [Value::Null, Value::Null]]);
}
