//! What is written is read again as it was, and what is any bytes is refused.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytemuck::Zeroable as _;
use proptest::{collection::vec, prelude::*};
use xdplive_filter::Filter;
use xdplive_fleet::wire::{
    Answer, Answered, Ask, Asked, Asking, Body, Call, DropTally, Ended, Head, Kind, MAX_MESSAGE, Pieces,
    Presence, Progress, RequestError, RowsWriter, Settled, Start, Sums, VERSION, WireError, WireRequest,
    beat, drop_bodies, flow_bodies, message, pieces, read, read_piece,
};
use xdplive_packet::{
    Event, Headers, Hook, Tunnel, TunnelKind, Wire,
    accounting::Limit,
    event::{Direction, RecordKind},
    flow::{FlowCounters, FlowKey, Sum, TcpCounts},
    headers::present,
    parse,
};
use xdplive_source::{
    Batch, Captured, Chosen, Cut, Decapsulate, DropSite, FlowSnapshot, HeaderBytes, HookChoice, Host, HostId,
    HostSet, InterfaceSet, Label, Names, Origin, Request, Row, Taken, Tunnels, WallClock, Wanted,
};

/// Headers of frames of the corpus.
fn headers(count: usize) -> Vec<(Headers, Vec<u8>)> {
    let samples = xdplive_corpus::generate(7, count);
    samples
        .map(|sample| (parse(&mut &*sample.bytes, &Wire::new(sample.link)), sample.bytes.clone()))
        .collect()
}

fn head() -> Head {
    Head {
        lease: 0xfeed_beef_0000_0001,
        epoch: 77,
        run: 3,
        sequence: 12,
        host: "web1.example".to_owned(),
        at: 1_790_000_000_000_000_000,
        progress: Progress { matched: 9, thinned: 1, lost_ring: 2, lost_queue: 3, sent: u64::MAX },
    }
}

/// Rows of the corpus's frames, of two interfaces, some with their headers' bytes, tags and tunnels.
fn corpus_batch(count: usize) -> Batch {
    let (mut rows, mut bytes, mut tunnels) = (Vec::new(), HeaderBytes::default(), Tunnels::default());
    for (number, (headers, frame)) in headers(count).into_iter().enumerate() {
        let event = Event {
            time: 1000 + number as u64 * 137,
            slots: 5,
            generation: 9,
            frame_length: frame.len() as u32,
            kind: RecordKind::Headers as u8,
            hook: [Hook::TcxIngress, Hook::TcxEgress, Hook::XdpNative][number % 3] as u8,
            segments: (number % 4) as u16,
            reserved: 0,
            headers,
        };
        let tag = (number % 5 == 0).then_some([0x8100, number as u16]);
        let captured =
            Captured { bytes: &frame[..frame.len().min(usize::from(headers.header_length)).min(512)], tag };
        let mut tunnel = Tunnel::NONE;
        (tunnel.kinds[0], tunnel.id, tunnel.with_id) = (TunnelKind::Vxlan as u8, number as u32, 1);
        rows.push(Row {
            origin: Origin { host: HostId::ONLY, interface: (number % 7 == 0).into() },
            bytes: if number % 2 == 0 { bytes.add(captured) } else { HeaderBytes::NONE },
            tunnel: if number % 3 == 0 { tunnels.add(tunnel) } else { Tunnels::NONE },
            event,
        });
    }
    let names =
        Names { hosts: vec![Host::only("here")], interfaces: vec!["eth0".into(), "wlan\\xff".into()] };
    Batch::new(Arc::new(rows), Arc::new(names), WallClock::ahead_by(5_000_000))
        .with_bytes(Some(Arc::new(bytes)))
        .with_tunnels(tunnels.shared())
}

/// All messages with the rows of `batch`.
fn messages(batch: &Batch) -> Vec<Vec<u8>> {
    let (mut writer, mut all) = (RowsWriter::default(), Vec::new());
    for row in batch.rows() {
        if writer.is_full() {
            all.push(message(Kind::Rows, &head(), &writer.take().0));
        }
        writer.add(batch, row);
    }
    all.push(message(Kind::Rows, &head(), &writer.take().0));
    all
}

#[test]
fn rows_are_read_as_they_were() {
    let batch = corpus_batch(5000);
    let all = messages(&batch);
    assert!(all.len() > 1);
    let mut number = 0;
    for one in &all {
        assert!(one.len() <= MAX_MESSAGE, "{}", one.len());
        let (said, Body::Rows(rows)) = read(one).unwrap() else { panic!("rows") };
        assert_eq!(said, head());
        let mut names = Names { hosts: vec![Host::only("there")], ..Names::default() };
        rows.names.iter().for_each(|(number, name)| names.set(*number, Arc::clone(name)));
        let there = rows.batch(Arc::new(names), WallClock::ahead_by(0));
        for row in there.rows() {
            let was = &batch.rows()[number];
            assert_eq!(there.time(row), batch.time(was));
            assert_eq!(there.names.interface(row.origin), batch.names.interface(was.origin));
            assert_eq!(there.captured(row), batch.captured(was));
            assert_eq!(there.tunnel(row), batch.tunnel(was));
            let here =
                Event { time: row.event.time, slots: 0, generation: 0, kind: row.event.kind, ..was.event };
            assert_eq!((row.event, row.event.kind), (here, RecordKind::Event as u8));
            number += 1;
        }
    }
    assert_eq!(number, 5000);
}

#[test]
fn flows_are_read_as_they_were_and_the_rest_is_other() {
    let mut entries = Vec::new();
    for (number, (headers, _)) in headers(9000).iter().enumerate() {
        let direction = Direction::ALL[number % 2];
        let sum = Sum { packets: 1 + number as u64, segments: 2, bytes: 10 * number as u64 };
        let mut tcp = TcpCounts::ZERO;
        match number % 4 {
            0 => tcp.retransmits = 1 + number as u64,
            3 => tcp = TcpCounts { requests: 1, acceptances: 2, resets: 3, zero_windows: 4, ..tcp },
            _ => {}
        }
        tcp.retransmitted_bytes = 7 * tcp.retransmits;
        tcp.round_trip = 1_000_000 * tcp.resets;
        let first = 900 + number as u64;
        let counters = FlowCounters { sum, first, last: 5000, ttl: 64, tcp_flags: 0x102, tcp };
        entries.push((FlowKey::of(headers, direction), counters));
    }
    let other = [Sum { packets: 5, segments: 5, bytes: 500 }, Sum::default()];
    let taken = Taken { from: 1000, to: 9000, entries, other, ..Taken::default() };
    let all = taken.packets();
    let snapshot = FlowSnapshot {
        host: Host::only("here"),
        interface: "eth0".into(),
        taken: taken.clone(),
        cut: Cut::default(),
        cpu: Duration::from_nanos(77),
    };
    for most in [usize::MAX, 1000, 0] {
        let mut there = Taken::default();
        let mut snapshot = snapshot.clone();
        snapshot.cut = snapshot.taken.cut(most);
        assert_eq!(snapshot.cut.is_none(), most == usize::MAX);
        let bodies = flow_bodies(&snapshot, [100_000_000, 7], true);
        for (number, body) in bodies.iter().enumerate() {
            let whole = message(Kind::Flows, &head(), body);
            assert!(whole.len() <= MAX_MESSAGE);
            let (_, Body::Flows(part)) = read(&whole).unwrap() else { panic!("flows") };
            assert_eq!((part.part, part.parts, part.cpu), (number, bodies.len(), 77));
            assert_eq!((&*part.interface, part.from, part.to), ("eth0", 1000, 9000));
            assert_eq!(part.all.map(|sum| sum.packets), all);
            assert_eq!(part.so_far, [100_000_000, 7]);
            assert_eq!(part.cut, if number == 0 { snapshot.cut } else { Cut::default() });
            there.entries.extend(part.entries);
            there.other.iter_mut().zip(part.other).for_each(|(sum, more)| *sum += more);
        }
        assert_eq!(there.packets(), all, "no packet is lost");
        assert_eq!(there.entries, snapshot.taken.entries);
        assert!(there.entries.len() <= most);

        // A release that does not know of more gets what it knows.
        let bodies = flow_bodies(&snapshot, [0; 2], false);
        let read = |body: &Vec<u8>| match read(&message(Kind::Flows, &head(), body)).unwrap() {
            (_, Body::Flows(part)) => part.entries,
            _ => panic!("flows"),
        };
        let entries: Vec<_> = bodies.iter().flat_map(read).collect();
        assert_eq!(entries.len(), snapshot.taken.entries.len());
        assert!(entries.iter().all(|(_, counters)| counters.tcp == TcpCounts::ZERO));
    }
}

#[test]
fn a_request_is_read_as_it_was() {
    let request = Request {
        label: Arc::new(Label { owner: "ds".to_owned(), stream: "packets/1".to_owned() }),
        hosts: HostSet::All,
        interfaces: InterfaceSet::Named(vec!["eth0".to_owned()]),
        directions: vec![Direction::Out],
        hook: HookChoice::Shared,
        decapsulate: Decapsulate::Inner,
        wanted: Some(Wanted {
            filter: Arc::new(Filter::parse("udp port 1900 or (tcp and not net 10.0.0.0/8)").unwrap()),
            limit: Limit::PerSecond(1000),
            hides_own: true,
            header_bytes: true,
        }),
    };
    let mut all =
        vec![request.clone(), Request { wanted: None, interfaces: InterfaceSet::Any, ..request.clone() }];
    for limit in [Limit::All, Limit::None] {
        let mut other = request.clone();
        other.wanted.as_mut().unwrap().limit = limit;
        other.hook = HookChoice::XdpNative;
        all.push(other);
    }
    let lists = Chosen::read(["eth*", "!eth1"]).unwrap().within(&Chosen::read(["uplinks"]).unwrap());
    all.push(Request { interfaces: InterfaceSet::Chosen(lists), ..request.clone() });
    for request in all {
        let wire = WireRequest::new(&request).unwrap();
        let text = serde_json::to_string(&wire).unwrap();
        let there: WireRequest = serde_json::from_str(&text).unwrap();
        assert_eq!(there.read().unwrap(), request, "{text}");
    }
    let named = InterfaceSet::Named(vec!["x".to_owned(); 257]);
    let refused = WireRequest::new(&Request { interfaces: named, ..request.clone() });
    assert_eq!(refused, Err(RequestError::ManyInterfaces { given: 257 }));
    let later = serde_json::to_string(&WireRequest::new(&request).unwrap()).unwrap().replace("udp", "quic");
    let refused = serde_json::from_str::<WireRequest>(&later).unwrap().read().unwrap_err();
    assert!(refused.to_string().contains("another release"), "{refused}");
}

#[test]
fn an_answer_in_pieces_is_whole_again() {
    for length in [0, 1, 65_520, 65_521, 400_000] {
        let answer: Vec<u8> = (0..length).map(|number| number as u8).collect();
        let all = pieces(9, &answer).unwrap();
        let (mut whole, mut had) = (Pieces::default(), None);
        for piece in &all {
            assert!(piece.len() <= MAX_MESSAGE && had.is_none());
            had = whole.add(read_piece(piece).unwrap());
        }
        assert_eq!(had, Some(answer));
    }
    let long = pieces(9, &vec![0; 5_000_000]).unwrap_err();
    assert!(matches!(long, WireError::TooMuch { what: "an answer", .. }), "{long}");
}

#[test]
fn what_is_of_another_version_or_host_is_refused_in_words() {
    let mut later = message(Kind::Beat, &head(), &beat(None));
    later[2] = VERSION + 1;
    let refused = read(&later).unwrap_err();
    assert_eq!(refused, WireError::Version { given: VERSION + 1, known: VERSION });
    assert!(refused.to_string().contains("same release"));
    let presence = Presence { protocol: VERSION, host: "a".to_owned(), epoch: 1, ..Presence::default() };
    let bytes = presence.to_json();
    assert!(bytes.len() < 60, "an idle agent says so little every ten seconds: {}", bytes.len());
    assert_eq!(Presence::from_json(&bytes, "a"), Ok(presence));
    let forged = Presence::from_json(&bytes, "b").unwrap_err();
    assert_eq!(forged, WireError::Forged { subject: "b".to_owned(), given: "a".to_owned() });
    let answered = Answered { host: "a".to_owned(), epoch: 1, heard: 2, said: 3, answer: Answer::Done };
    assert_eq!(Answered::from_json(&answered.to_json(), "a"), Ok(answered.clone()));
    assert!(Answered::from_json(&answered.to_json(), "c").is_err());
    assert!(matches!(read(&vec![b'X'; MAX_MESSAGE + 1]), Err(WireError::TooMuch { what: "a message", .. })));
    assert_eq!(read(b"GET / HTTP/1.1").unwrap_err(), WireError::Foreign);
}

#[test]
fn an_ask_that_only_later_releases_know_can_be_answered() {
    let ask = Ask::Start(Box::new(Start {
        lease: 1,
        run: 2,
        request: WireRequest::new(&Request::counting(InterfaceSet::Any, HookChoice::Auto, false)).unwrap(),
        flows: Some(1000),
        drops: false,
        most_flows: Some(131),
        tcp: true,
        share: None,
    }));
    let asked =
        Asked::from_json(&Asking { v: VERSION, client: "grafana", id: 7, ask: &ask }.to_json()).unwrap();
    assert_eq!((asked.client.as_str(), asked.id, asked.ask().unwrap()), ("grafana", 7, ask));
    let later = br#"{"v":1,"client":"grafana","id":8,"ask":{"Rewind":{"to":5}},"priority":"high"}"#;
    let asked = Asked::from_json(later).unwrap();
    assert_eq!(asked.id, 8);
    assert!(asked.ask().unwrap_err().to_string().contains("Rewind"));
    assert!(Asked::from_json(br#"{"v":1,"client":"a.b","id":8,"ask":"Clock"}"#).is_err(), "no client's name");
}

proptest! {
    #[test]
    fn numbers_and_texts_are_read_as_they_were(
        lease: u64, epoch: u64, run: u64, sequence: u64, at: i64, counts: [u64; 5], host in "\\PC{0,60}", sums: Option<(i64, [u64; 6])>,
    ) {
        let [matched, thinned, lost_ring, lost_queue, sent] = counts;
        let progress = Progress { matched, thinned, lost_ring, lost_queue, sent };
        let head = Head { lease, epoch, run, sequence, host, at, progress };
        let sums = sums.map(|(at, [a, b, c, d, e, f])| Sums {
            at,
            sums: [Sum { packets: a, segments: b, bytes: c }, Sum { packets: d, segments: e, bytes: f }],
        });
        let (said, body) = read(&message(Kind::Beat, &head, &beat(sums.as_ref()))).unwrap();
        prop_assert_eq!(said, head);
        let Body::Beat(read) = body else { panic!("a beat") };
        prop_assert_eq!(read, sums);
    }

    #[test]
    fn what_was_settled_is_read_as_it_was(parts in vec((any::<[u32; 5]>(), "[a-z0-9@.]{1,15}"), 0..300)) {
        let ended = |[seen, matched, thinned, lost, sent]: [u32; 5]| Ended {
            seen: seen.into(), matched: matched.into(), thinned: thinned.into(), lost: lost.into(), sent: sent.into(),
        };
        let mut settled = Settled { reason: Some("why".to_owned()), ..Settled::default() };
        for (counts, name) in parts {
            settled.all += ended(counts);
            settled.by_interface.push((name, ended(counts)));
        }
        let whole = message(Kind::End, &head(), &settled.to_json());
        prop_assert!(whole.len() <= MAX_MESSAGE);
        let (_, Body::End(read)) = read(&whole).unwrap() else { panic!("an end") };
        prop_assert_eq!(read.all, settled.all);
        let mut sum = Ended::default();
        read.by_interface.iter().for_each(|(_, one)| sum += *one);
        prop_assert_eq!(sum, settled.all, "what has no name any more is counted all the same");
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300), kind in 0u8..6) {
        let mut framed = message(Kind::Beat, &head(), &bytes);
        framed[3] = kind;
        for bytes in [&bytes, &framed] {
            _ = read(bytes);
            _ = read_piece(bytes);
            _ = Call::from_json(bytes);
            _ = Presence::from_json(bytes, "a");
            _ = Asked::from_json(bytes).map(|asked| asked.ask());
            _ = Answered::from_json(bytes, "a");
        }
    }

    #[test]
    fn damaged_rows_are_read_or_refused(place: prop::sample::Index, value: u8, cut: prop::sample::Index) {
        let mut whole = messages(&corpus_batch(20)).remove(0);
        let length = whole.len();
        whole[place.index(length)] = value;
        _ = read(&whole);
        _ = read(&whole[..cut.index(length)]);
    }
}

#[test]
fn leases_of_a_call_have_a_bound() {
    let call = Call::Renew((0..1024).map(|number| u64::MAX - number).collect());
    assert_eq!(Call::from_json(&call.to_json()), Ok(call));
    let many = Call::Renew(vec![1; 1025]);
    assert!(matches!(Call::from_json(&many.to_json()), Err(WireError::TooMuch { .. })));
    let labels: BTreeMap<String, String> =
        (0..33).map(|number| (number.to_string(), String::new())).collect();
    let presence = Presence { protocol: VERSION, host: "a".to_owned(), labels, ..Presence::default() };
    assert!(matches!(Presence::from_json(&presence.to_json(), "a"), Err(WireError::TooMuch { .. })));
}

/// Rows as of a server: 40 conversations with two thirds TCP, both ways.
fn server_batch(count: usize) -> Batch {
    let row = |number: usize| {
        let (conversation, is_sent) = ((number * 7 + number / 3) % 40, number.is_multiple_of(2));
        let mut headers = Headers::EMPTY;
        headers.present = present::ETHERNET | present::ADDRESSES | present::PROTOCOL | present::PORTS;
        (headers.version, headers.ethertype, headers.header_length) = (4, 0x0800, 66);
        (headers.protocol, headers.ttl) =
            (if conversation % 3 == 0 { 17 } else { 6 }, 60 + conversation as u8 % 5);
        (headers.source_mac, headers.destination_mac) = ([0x52, 0x54, 0, 1, 2, 3], [0x52, 0x54, 0, 9, 8, 7]);
        let peer = [10, 0, conversation as u8 / 8, (conversation * 37) as u8];
        let (from, to) = if is_sent { ([192, 0, 2, 10], peer) } else { (peer, [192, 0, 2, 10]) };
        headers.source_ip[..4].copy_from_slice(&from);
        headers.destination_ip[..4].copy_from_slice(&to);
        let port = 40_000 + (conversation * 911 % 20_000) as u16;
        (headers.source_port, headers.destination_port) = if is_sent { (443, port) } else { (port, 443) };
        headers.length = [52, 1500, 600, 1500][number % 4];
        (headers.tcp_flags, headers.tcp_window, headers.ip_id) =
            (0x10, (number * 131) as u16, (number * 3) as u16);
        let event = Event {
            time: 1_000_000 + number as u64 * 97_123,
            slots: 1,
            generation: 4,
            frame_length: headers.length + 14,
            kind: RecordKind::Event as u8,
            hook: if is_sent { Hook::TcxEgress } else { Hook::TcxIngress } as u8,
            segments: 1,
            reserved: 0,
            headers,
        };
        let origin = Origin { host: HostId::ONLY, interface: 0 };
        Row { origin, bytes: HeaderBytes::NONE, tunnel: Tunnels::NONE, event }
    };
    let names = Names { hosts: vec![Host::only("here")], interfaces: vec!["eth0".into()] };
    let clock = WallClock::ahead_by(1_790_000_000_000_000_000);
    Batch::new(Arc::new((0..count).map(row).collect()), Arc::new(names), clock)
}

#[test]
fn a_row_takes_few_bytes() {
    // docs/architecture.md has these figures, beside those of Arrow.
    let bytes = |count: usize| messages(&server_batch(count)).iter().map(Vec::len).sum::<usize>();
    let each = [1, 10, 100, 500].map(|count| bytes(count) / count);
    println!("bytes a row of 1, 10, 100, 500: {each:?}");
    assert!(each[1] < 60 && each[3] < 50, "{each:?}");
}

#[test]
fn dropped_packets_are_read_as_they_were() {
    let site = |number: usize| DropSite {
        host: Host::only("there"),
        interface: (!number.is_multiple_of(3)).then(|| format!("eth{}", number % 3).into()),
        direction: [Some(Direction::In), Some(Direction::Out), None][number % 3],
        reason: format!("REASON_{}", number % 7).into(),
        location: number.is_multiple_of(2).then(|| "tcp_v4_rcv".into()),
    };
    let headers = headers(5000);
    let rows: Vec<(Event, DropSite)> = headers
        .iter()
        .enumerate()
        .map(|(number, (headers, _))| {
            let mut event = Event { headers: *headers, time: 1000 + 3 * number as u64, ..Event::zeroed() };
            (event.kind, event.frame_length) = (RecordKind::Event as u8, number as u32);
            (event, site(number))
        })
        .collect();
    let sum = |number: u64| Sum { packets: number, segments: number, bytes: 60 * number };
    let reasons: BTreeMap<Arc<str>, Sum> =
        (0..300).map(|number| (Arc::from(format!("REASON_{number}")), sum(number))).collect();
    let tally = DropTally { unmatched: 1, thinned: 2, lost: 3, counted: 4 };
    let bodies = drop_bodies(&tally, &reasons, &rows);
    assert!(bodies.len() > 1);
    let (mut there, mut told) = (Vec::new(), BTreeMap::new());
    for (body, count) in &bodies {
        let whole = message(Kind::Drops, &head(), body);
        assert!(whole.len() <= MAX_MESSAGE);
        let (_, Body::Drops(drops)) = read(&whole).unwrap() else { panic!("drops") };
        assert_eq!((drops.tally, drops.len()), (tally, *count));
        told.extend(drops.reasons.clone());
        there.extend(drops.into_rows(&Host::only("there"), 600));
    }
    assert_eq!(told, reasons);
    let earlier = rows.into_iter().map(|(event, site)| (Event { time: event.time - 600, ..event }, site));
    assert!(there.into_iter().eq(earlier), "by a clock that is 600 ns behind");
    assert_eq!(drop_bodies(&tally, &BTreeMap::new(), &[]).len(), 1);
}
