//! What is read from outside, given any bytes. Each function panics where something does not hold.
//!
//! | function | reads | as |
//! |---|---|---|
//! | [`frame`] | a frame | the parser that runs in the kernel |
//! | [`filter`] | a filter | a query, an editor and the kernel's tables |
//! | [`query`] | a query | the back end |
//! | [`subscription`] | a channel's path and data, from somebody, through some data source | the back end |
//! | [`settings`] | settings of a data source and of the server | the back end |
//! | [`loader`] | a request or an answer of the loader's protocol | both processes |
//! | [`fleet`] | what comes over NATS | agents, and who asks them |
//! | [`answer`] | an answer of the DNS | names of hosts |
//!
//! `make fuzz` looks for bytes with which something does not hold; `make test` repeats those that are in `fuzz/inputs`.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, LazyLock},
    time::Instant,
};

use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use xdplive_filter::{
    Environment, Filter, FlowFilter, Packet,
    reading::{Class, Reading},
};
use xdplive_fleet::wire::{self, Answered, Ask, Asked, Body, Call, Pieces, Presence, WireRequest};
use xdplive_loader::protocol::{LinkAnswer, LinkRequest, MapAnswer, MapRequest};
use xdplive_names::{LONGEST_NAME, Learnt, dns};
use xdplive_packet::{Headers, LinkType, Malformed, Tag, Wire, event::Direction, flow::FlowKey, parse};
use xdplive_plugin::{
    channel,
    columns::{Column as _, packets::PacketColumn},
    frame::json::Encoder,
    query::Query,
    settings::{Ceiling, DataSourceSettings, LimitCeiling, ServerSettings},
};
use xdplive_source::{Host, Interfaces, Names, WallClock};

mod subscription;

pub use subscription::subscription;

/// A function that is given any bytes.
pub type Target = fn(&[u8]);

/// Every target, by the name of its directory in `fuzz/inputs`.
pub const TARGETS: [(&str, Target); 8] = [
    ("frame", frame),
    ("filter", filter),
    ("query", query),
    ("subscription", subscription),
    ("settings", settings),
    ("loader", loader),
    ("fleet", fleet),
    ("answer", answer),
];

/// Packets to hold filters against.
static PACKETS: LazyLock<Vec<Headers>> = LazyLock::new(|| {
    let samples = xdplive_corpus::generate(1, 100);
    samples.map(|sample| parse(&mut &*sample.bytes, &Wire::new(sample.link))).collect()
});

/// The longest text that may reach a person, bytes.
const LONGEST_TEXT: usize = 2000;

/// Reads a frame; its first three bytes are the link type and a tag that was taken off.
pub fn frame(bytes: &[u8]) {
    let (&[link, tag @ ..], bytes) = bytes.split_first_chunk::<3>().unwrap_or((&[0; 3], bytes));
    let tag = if link & 2 == 0 { Tag::NONE } else { Tag::taken_off(u16::from_be_bytes(tag)) };
    let wire = Wire { link: LinkType::from_raw(u32::from(link & 1)), tag };
    let headers = parse(&mut &*bytes, &wire);
    assert!(usize::from(headers.header_length) <= bytes.len(), "{headers:?}");
    assert!(headers.malformed == 0 || Malformed::from_raw(headers.malformed).is_some(), "{headers:?}");
    // What follows the headers changes nothing, but where something is missing.
    let mut longer = bytes.to_vec();
    longer.push(0x45);
    if headers.malformed().is_none() {
        assert_eq!(parse(&mut &*longer, &wire), headers);
    }
    assert_eq!(
        FlowKey::of(&headers, Direction::In).ports(),
        headers.source_port().zip(headers.destination_port())
    );
}

/// Reads a filter; the first byte is where the cursor is.
pub fn filter(bytes: &[u8]) {
    let (cursor, text) = bytes.split_first().map_or((0, bytes), |(first, rest)| (usize::from(*first), rest));
    let Ok(text) = std::str::from_utf8(text) else { return };
    let reading = Reading::new(text, &[], Some(cursor));
    let filter = match Filter::parse(text) {
        Ok(filter) => filter,
        Err(error) => return bearable(&error),
    };
    let written = filter.to_string();
    assert_eq!(Filter::parse(&written).as_ref(), Ok(&filter), "written out as {written:?}");
    let is_known = reading.parts.iter().all(|part| part.class != Class::Unknown);
    assert!(is_known, "{text:?} is a filter, and the editor does not know all of it: {reading:?}");
    let environment = Environment::default();
    if let Err(error) = filter.terms(&environment) {
        bearable(&error);
    }
    match FlowFilter::new(&filter, &environment) {
        // What is asked of a flow is what is asked of each of its packets.
        Ok(of_flows) => {
            for headers in &*PACKETS {
                let packet = Packet { headers, frame_length: 100, direction: Direction::In, bytes: None };
                let found = of_flows.matches(&FlowKey::of(headers, Direction::In));
                assert_eq!(found, filter.matches(&packet, &environment), "{text:?}: {headers:?}");
            }
        }
        Err(error) => bearable(&error),
    }
}

/// Reads a query in JSON.
pub fn query(bytes: &[u8]) {
    for ceiling in [LimitCeiling::None, LimitCeiling::Rows(1)] {
        match Query::parse(bytes, &Interfaces::default(), ceiling) {
            Ok(query) => {
                let canonical = serde_json::to_vec(&query).expect("a query can be written");
                let again = Query::parse(&canonical, &Interfaces::default(), ceiling);
                assert_eq!(again.as_ref(), Ok(&query), "{}", String::from_utf8_lossy(&canonical));
                assert!(channel::is_path(&channel::path(&query)));
            }
            Err(error) => bearable(&error),
        }
    }
}

/// Reads the settings of a data source, up to the first zero byte, and behind it those of the server, a line each.
pub fn settings(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (json, lines) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let lines = String::from_utf8_lossy(lines);
    let values: HashMap<&str, &str> = lines.lines().filter_map(|line| line.split_once('=')).collect();
    let (server, errors) =
        ServerSettings::read(|name| values.get(name).map(|value| (*value).to_owned()), &Ceiling::default());
    errors.iter().for_each(bearable);
    match DataSourceSettings::read(json, &server) {
        // A data source narrows, and never widens.
        Ok(settings) => {
            let most = settings.ceiling.most().unwrap_or(u32::MAX);
            assert!(most <= server.ceiling.most().unwrap_or(u32::MAX), "{settings:?} of {server:?}");
        }
        Err(error) => bearable(&error),
    }
}

/// Reads what one of the two processes sends to the other.
pub fn loader(bytes: &[u8]) {
    again::<MapRequest>(bytes);
    again::<MapAnswer>(bytes);
    again::<LinkRequest>(bytes);
    again::<LinkAnswer>(bytes);
}

/// Reads a message of other machines; rows in it become a message for a browser.
pub fn fleet(bytes: &[u8]) {
    if let Ok((head, Body::Rows(rows))) = wire::read(bytes)
        && !rows.is_empty()
    {
        let mut names = Names { hosts: vec![Host::only(head.host.as_str())], ..Names::default() };
        rows.names.iter().for_each(|(number, name)| names.set(*number, Arc::clone(name)));
        let batch = rows.batch(Arc::new(names), WallClock::ahead_by(0));
        let columns = PacketColumn::ALL.iter().chain(PacketColumn::BESIDES).copied().collect();
        let message = Encoder::new(columns).message(&[batch]);
        serde_json::from_slice::<IgnoredAny>(&message).expect("a message is JSON");
    }
    // What is read may be anything; that it is read without harm is all.
    let _ = wire::read_piece(bytes).map(|piece| Pieces::default().add(piece));
    let _ = Call::from_json(bytes);
    let _ = Presence::from_json(bytes, "a");
    let _ = Answered::from_json(bytes, "a");
    if let Ok(Ask::Start(start)) = Asked::from_json(bytes).and_then(|asked| asked.ask())
        && let Ok(request) = start.request.read()
    {
        WireRequest::new(&request).expect("what was read can be written");
    }
}

/// Reads an answer of the DNS, as one that is whole and as one that is not.
pub fn answer(bytes: &[u8]) {
    let now = Instant::now();
    for is_whole in [true, false] {
        let learnt = Learnt::default();
        learnt.learn(bytes, is_whole, now);
        let counts = learnt.counts();
        assert_eq!(counts.read + counts.without + counts.refused, 1, "{counts:?}");
        let answer = match dns::answer(bytes, is_whole) {
            Ok(answer) => answer,
            Err(error) => {
                assert_eq!((counts.refused, counts.known), (u64::from(error.is_refused()), 0));
                continue;
            }
        };
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
        assert!(answer.name.bytes().all(is_plain) && answer.name.len() <= LONGEST_NAME, "{:?}", answer.name);
        for (address, _) in &answer.addresses {
            assert!(dns::is_of_a_host(address), "{address}");
        }
        let last = answer.addresses.first().and_then(|(address, _)| learnt.name(address, now));
        assert_eq!(last.is_some(), !answer.addresses.is_empty());
    }
}

/// What can be read can be written, and is the same then.
fn again<T: Serialize + DeserializeOwned + fmt::Debug>(bytes: &[u8]) {
    let Ok(message) = serde_json::from_slice::<T>(bytes) else { return };
    let written = serde_json::to_string(&message).expect("a message can be written");
    let read: T = serde_json::from_str(&written).expect("what was written can be read");
    assert_eq!(format!("{read:?}"), format!("{message:?}"), "{written}");
}

/// A sentence that a person can be shown.
fn bearable(error: &impl fmt::Display) {
    let text = error.to_string();
    assert!(text.len() < LONGEST_TEXT, "{} bytes: {text}", text.len());
}
