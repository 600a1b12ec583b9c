//! Messages are written here byte by byte, by RFC 1035 alone.

use super::*;

const A_RECORD: u16 = 1;
const ALIAS: u16 = 5;
const AAAA_RECORD: u16 = 28;

/// A name, uncompressed.
fn name(text: &str) -> Vec<u8> {
    let labels = text.split('.').filter(|label| !label.is_empty());
    let labels = labels.flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat());
    labels.chain([0]).collect()
}

/// A record, whose name may be compressed.
fn record(owner: &[u8], kind: u16, seconds: u32, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u16).to_be_bytes();
    [owner, &kind.to_be_bytes(), &[0, 1], &seconds.to_be_bytes(), &length, data].concat()
}

/// An answer to a question for the addresses of `asked`.
fn message(asked: &[u8], kind: u16, records: &[Vec<u8>]) -> Vec<u8> {
    let count = (records.len() as u16).to_be_bytes();
    let header = [&[0x12, 0x34, 0x81, 0x80, 0, 1][..], &count, &[0; 4]].concat();
    [&header[..], asked, &kind.to_be_bytes(), &[0, 1], &records.concat()].concat()
}

/// A pointer to the name that was asked for.
const ASKED: [u8; 2] = [0xc0, 12];

fn addresses(answer: &Answer) -> Vec<String> {
    answer.addresses.iter().map(|(address, seconds)| format!("{address} {seconds}")).collect()
}

#[test]
fn an_answer_gives_the_name_that_was_asked_for() {
    let records = [
        record(&ASKED, A_RECORD, 60, &[192, 0, 2, 20]),
        record(&name("NAS.example.org"), A_RECORD, 30, &[192, 0, 2, 21]),
        // Those that no host has.
        record(&ASKED, A_RECORD, 60, &[0, 0, 0, 0]),
        record(&ASKED, A_RECORD, 60, &[127, 0, 0, 1]),
        record(&ASKED, A_RECORD, 60, &[224, 0, 0, 251]),
        record(&ASKED, A_RECORD, 60, &[255, 255, 255, 255]),
        // Of another host, which nobody asked for.
        record(&name("bank.example"), A_RECORD, 60, &[192, 0, 2, 66]),
    ];
    let found = answer(&message(&name("nAs.Example.ORG"), A_RECORD, &records), true).unwrap();
    assert_eq!(&*found.name, "nas.example.org");
    assert_eq!(addresses(&found), ["192.0.2.20 60", "192.0.2.21 30"]);
    let six = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
    let found =
        answer(&message(&name("six.example"), AAAA_RECORD, &[record(&ASKED, AAAA_RECORD, 1, &six)]), true);
    assert_eq!(addresses(&found.unwrap()), ["2001:db8::7 1"]);
}

#[test]
fn aliases_lead_to_the_addresses_in_any_order() {
    let records = [
        record(&name("edge.cdn.example"), A_RECORD, 60, &[192, 0, 2, 1]),
        record(&name("www.cdn.example"), ALIAS, 60, &name("edge.cdn.example")),
        record(&name("other.example"), A_RECORD, 60, &[192, 0, 2, 2]),
        record(&ASKED, ALIAS, 60, &name("www.cdn.example")),
    ];
    let found = answer(&message(&name("www.example.com"), A_RECORD, &records), true).unwrap();
    assert_eq!((&*found.name, addresses(&found)), ("www.example.com", vec!["192.0.2.1 60".to_owned()]));
    // An alias without addresses.
    let found = answer(&message(&name("www.example.com"), A_RECORD, &records[3..]), true).unwrap();
    assert_eq!(found.addresses, []);
}

#[test]
fn aliases_that_lead_nowhere_are_refused() {
    let circle =
        [record(&ASKED, ALIAS, 60, &name("b.example")), record(&name("b.example"), ALIAS, 60, &ASKED)];
    let refused = |records: &[Vec<u8>]| answer(&message(&name("a0.example"), A_RECORD, records), true);
    assert_eq!(refused(&circle), Err(NoAnswer::Aliases));
    let chain = |length: usize| -> Vec<Vec<u8>> {
        let alias = |at: usize| {
            record(&name(&format!("a{at}.example")), ALIAS, 60, &name(&format!("a{}.example", at + 1)))
        };
        let last = record(&name(&format!("a{length}.example")), A_RECORD, 60, &[192, 0, 2, 1]);
        (0..length).map(alias).chain([last]).collect()
    };
    assert_eq!(refused(&chain(MOST_ALIASES)).unwrap().addresses.len(), 1);
    assert_eq!(refused(&chain(MOST_ALIASES + 1)), Err(NoAnswer::Aliases));
}

#[test]
fn a_name_that_is_none_of_a_host_is_refused() {
    let record = record(&ASKED, A_RECORD, 60, &[192, 0, 2, 1]);
    let read = |asked: &[u8]| answer(&message(asked, A_RECORD, std::slice::from_ref(&record)), true);
    let long: String = "a23456789.".repeat(25);
    for wrong in [
        name("line\nfeed.example"),
        name("esc\u{1b}[31m.example"),
        name("two words.example"),
        name("münchen.example"),
        name("<b>.example"),
        name("198.51.100.7"),
        b"\x06dot.in\x07example\0".to_vec(),
        b"\x02\xff\xfe\0".to_vec(),
        name(""),
    ] {
        assert_eq!(read(&wrong), Err(NoAnswer::Name), "{wrong:?}");
    }
    for right in ["localhost", "_dmarc.xn--mnchen-3ya.example", "7.example", &long] {
        assert_eq!(&*read(&name(right)).unwrap().name, right.trim_end_matches('.'));
    }
}

#[test]
fn pointers_that_lead_around_are_refused() {
    // To itself, ahead, and to each other.
    for owner in [vec![0xc0, 12], vec![0xc0, 40], vec![0xc0, 14, 0xc0, 12]] {
        assert_eq!(answer(&message(&owner, A_RECORD, &[]), true), Err(NoAnswer::Malformed), "{owner:?}");
    }
    // A name that grows with each pointer to it beyond what names may have.
    let mut long = message(&name(&"a".repeat(63)), A_RECORD, &[]);
    long[7] = 1;
    long.extend([&[63][..], &[b'b'; 63], &[63], &[b'c'; 63], &[63], &[b'd'; 63], &ASKED].concat());
    assert_eq!(answer(&long, true), Err(NoAnswer::Malformed));
}

#[test]
fn of_a_message_that_was_cut_the_beginning_counts() {
    let records: Vec<Vec<u8>> =
        (1..=100).map(|number| record(&ASKED, A_RECORD, 60, &[192, 0, 2, number])).collect();
    let whole = message(&name("many.example"), A_RECORD, &records);
    assert_eq!(answer(&whole, true).unwrap().addresses.len(), 100);
    let cut = &whole[..1024];
    assert_eq!(answer(cut, true), Err(NoAnswer::Malformed));
    let found = answer(cut, false).unwrap().addresses.len();
    assert_eq!(found, (1024 - 12 - 14 - 4) / 16);
}

#[test]
fn what_is_too_much_is_refused() {
    let records = vec![record(&ASKED, A_RECORD, 60, &[192, 0, 2, 1]); MOST_RECORDS + 1];
    assert_eq!(answer(&message(&name("a.example"), A_RECORD, &records), true), Err(NoAnswer::TooLong));
    assert_eq!(answer(&vec![0; LONGEST + 1], true), Err(NoAnswer::TooLong));
    // Its header promises more than there is.
    let mut promising = message(&name("a.example"), A_RECORD, &records[..1]);
    promising[6..8].copy_from_slice(&[0xff, 0xff]);
    assert_eq!(answer(&promising, true), Err(NoAnswer::Malformed));
    assert_eq!(answer(&promising, false).unwrap().addresses.len(), 1);
}

#[test]
fn what_is_no_answer_about_addresses_says_nothing() {
    let right = message(&name("a.example"), A_RECORD, &[record(&ASKED, A_RECORD, 60, &[192, 0, 2, 1])]);
    assert!(answer(&right, true).is_ok());
    let changed = |at: usize, to: u8| {
        let mut message = right.clone();
        message[at] = to;
        answer(&message, true)
    };
    // A question; a notice (RFC 1996); no such name; about mail; of another class.
    let class = 12 + 11 + 3;
    for (at, to) in [(2, 0x01), (2, 0xa1), (3, 0x83), (class - 2, 15), (class, 3)] {
        assert_eq!(changed(at, to), Err(NoAnswer::Other), "{at} {to}");
    }
    assert_eq!(changed(5, 0), Err(NoAnswer::Malformed));
    assert_eq!(changed(5, 2), Err(NoAnswer::Malformed));
    for length in 0..right.len() {
        assert!(answer(&right[..length], true).is_err(), "{length}");
    }
}
