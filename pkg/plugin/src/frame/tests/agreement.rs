//! The two encoders say the same of the same rows.

use serde_json::Value;
use xdplive_corpus::{Sample, generate};
use xdplive_packet::{Event, Hook, Wire};
use xdplive_source::Batch;

use super::decode;
use crate::{
    columns::{Column as _, packets::PacketColumn},
    frame::{arrow, json::Encoder},
    tests::{batch, event},
};

const FRAMES: usize = 6_000;
const BATCH: usize = 250;

/// A generated frame as one hook or another reports it.
fn seen(sample: &Sample) -> Event {
    let hooks = [Hook::XdpNative, Hook::XdpGeneric, Hook::TcxIngress, Hook::TcxEgress];
    let hook = hooks[sample.number % hooks.len()];
    let segments = if hook == Hook::XdpGeneric { 0 } else { 1 + sample.number as u16 % 45 };
    let time = sample.number as u64 * 777_777;
    Event { time, hook: hook as u8, segments, ..event(&sample.bytes, &Wire::new(sample.link)) }
}

#[test]
fn json_and_arrow_agree_cell_by_cell() {
    let samples: Vec<Sample> = generate(5, FRAMES).collect();
    let batches: Vec<Batch> = samples
        .chunks(BATCH)
        .zip(["eth0", "größe", "a\"b\\c", "\u{1}\u{7f}"].into_iter().cycle())
        .map(|(chunk, interface)| batch(interface, chunk.iter().map(seen)))
        .collect();

    let mut encoder = Encoder::new(PacketColumn::ALL.to_vec());
    // Two batches a message.
    let messages: Vec<Vec<u8>> = batches.chunks(2).map(|batches| encoder.message(batches)).collect();
    let streamed = decode::json_stream(&messages);
    let answered = decode::arrow(&arrow::frame("A", PacketColumn::ALL, &batches, &Value::Null).unwrap());

    assert_eq!((streamed.len(), answered.len()), (PacketColumn::ALL.len(), PacketColumn::ALL.len()));
    for ((column, streamed), answered) in PacketColumn::ALL.iter().zip(streamed).zip(answered) {
        assert_eq!((streamed.len(), answered.len()), (FRAMES, FRAMES), "{}", column.name());
        for ((streamed, answered), sample) in streamed.iter().zip(&answered).zip(&samples) {
            assert_eq!(streamed, answered, "{} of {sample}", column.name());
            assert!(column.nullable() || !streamed.is_null(), "{} of {sample}", column.name());
        }
    }
}
