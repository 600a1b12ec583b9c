use std::sync::Mutex;

use bytemuck::Zeroable as _;
use xdplive_packet::{
    flow::{ACCEPTS, FlowCounters, FlowKey, OPENS, Sum, TcpCounts},
    headers::present,
};

use super::*;

const HERE: HostId = HostId::ONLY;

#[derive(Default)]
struct Fake(Mutex<Vec<(Ends, Connection)>>);

impl Connections for Fake {
    fn host(&self) -> HostId {
        HERE
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn read(&self, each: &mut dyn FnMut(Ends, Connection)) -> Result<(), SourceError> {
        self.0.lock().unwrap().iter().for_each(|(ends, one)| each(*ends, *one));
        Ok(())
    }
}

fn conversation() -> Conversation {
    let mut key = FlowKey::zeroed();
    (key.version, key.protocol, key.present) =
        (4, 6, present::PORTS | present::ADDRESSES | present::PROTOCOL);
    (key.source[0], key.destination[0]) = (1, 2);
    (key.source_port, key.destination_port) = (40_000, 80);
    Conversation { host: HERE, key, forward: FlowCounters::default(), reverse: FlowCounters::default() }
}

fn connection(cookie: u64, rtt: u32, retransmits: u32) -> Connection {
    Connection { cookie, rtt, retransmits, ..Connection::default() }
}

#[test]
fn what_was_sent_again_is_told_from_one_reading_to_the_next() {
    let ends = Ends::of_sender(&conversation().key).unwrap();
    let fake = Arc::new(Fake::default());
    let set = |all: &[(Ends, Connection)]| *fake.0.lock().unwrap() = all.to_vec();
    set(&[(ends, connection(1, 500, 7))]);
    let mut intervals = Qualities::begin(fake.clone(), true).unwrap();
    let mut whole = Qualities::begin(fake.clone(), false).unwrap();
    let told = |qualities: &mut Qualities| {
        qualities.read().unwrap();
        let known = qualities.of(&conversation()).filter(|one| one.source == QualitySource::Socket);
        known.map(|one| one.retransmits.unwrap())
    };
    for (total, of_interval, since_begin) in [(7, 0, 0), (10, 3, 3), (10, 0, 3), (12, 2, 5)] {
        set(&[(ends, connection(1, 500, total))]);
        assert_eq!(
            (told(&mut intervals), told(&mut whole)),
            (Some(of_interval), Some(since_begin)),
            "{total}"
        );
    }
    // Another socket with the same ends.
    set(&[(ends, connection(2, 500, 4))]);
    assert_eq!((told(&mut intervals), told(&mut whole)), (Some(4), Some(4)));
    set(&[]);
    assert_eq!((told(&mut intervals), told(&mut whole)), (None, None));
}

#[test]
fn both_ends_on_one_machine_are_put_together() {
    let ends = Ends::of_sender(&conversation().key).unwrap();
    let fake = Arc::new(Fake::default());
    let mut qualities = Qualities::begin(fake.clone(), true).unwrap();
    let accepter = Connection { handshake: 90, ..connection(2, 300, 2) };
    *fake.0.lock().unwrap() = vec![(ends, connection(1, 500, 3)), (ends.reversed(), accepter)];
    qualities.read().unwrap();
    let quality = qualities.of(&conversation()).unwrap();
    assert_eq!((quality.rtt, quality.retransmits, quality.handshake), (Some(500), Some(5), None));
    // Another machine's is another conversation.
    let elsewhere = qualities.of(&Conversation { host: HostId::new(1), ..conversation() }).unwrap();
    assert_eq!((elsewhere.source, elsewhere.retransmits), (QualitySource::Estimated, Some(0)));
    *fake.0.lock().unwrap() = vec![(ends.reversed(), accepter)];
    qualities.read().unwrap();
    let quality = qualities.of(&conversation()).unwrap();
    assert_eq!((quality.rtt, quality.retransmits, quality.handshake), (Some(300), Some(0), Some(90)));
}

#[test]
fn a_handshake_is_estimated_where_both_of_its_packets_were_seen() {
    let counters = |tcp_flags, first| FlowCounters {
        sum: Sum { packets: 1, segments: 1, bytes: 60 },
        first,
        last: first,
        tcp_flags,
        tcp: TcpCounts { round_trip: first, retransmits: 2, ..TcpCounts::ZERO },
        ..FlowCounters::default()
    };
    let with =
        |forward, reverse| Qualities::default().of(&Conversation { forward, reverse, ..conversation() });
    let quality = with(counters(OPENS, 1_000_000), counters(ACCEPTS, 21_500_000)).unwrap();
    assert_eq!(
        (quality.source, quality.handshake, quality.rtt, quality.retransmits),
        (QualitySource::Estimated, Some(20_500), Some(1000), Some(4))
    );
    let handshake = |forward, reverse| with(forward, reverse).unwrap().handshake;
    assert_eq!(handshake(counters(0, 1_000_000), counters(ACCEPTS, 2_000_000)), None);
    assert_eq!(handshake(counters(OPENS, 1_000_000), counters(0, 2_000_000)), None);
    assert_eq!(handshake(counters(OPENS, 2_000_000), counters(ACCEPTS, 1_000_000)), None);
    // What is not TCP has no connection.
    let key = FlowKey { protocol: 17, ..conversation().key };
    assert_eq!(Qualities::default().of(&Conversation { key, ..conversation() }), None);
}
