use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use super::{MAX_TERMS, Term, TooComplex};
use crate::{Environment, Field, Filter, Set};

fn terms_in(text: &str, environment: &Environment) -> Result<Vec<Term>, TooComplex> {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).terms(environment)
}

fn terms(text: &str) -> Vec<Term> {
    terms_in(text, &Environment::default()).unwrap()
}

#[test]
fn everything_and_nothing() {
    assert_eq!(terms(""), [Term::ALL]);
    assert_eq!(terms("tcp or not tcp"), [Term::ALL]);
    assert_eq!(terms("inbound or outbound"), [Term::ALL]);
    assert_eq!(terms("len >= 0"), [Term::ALL]);
    assert_eq!(terms("tcp and udp"), []);
    assert_eq!(terms("inbound and outbound"), []);
    assert_eq!(terms("not len >= 0"), []);
}

/// Values of one field joined by or are one term, however many there are.
#[test]
fn how_many_terms() {
    for (text, count) in [
        ("tcp", 1),
        ("port 80", 2),
        ("port 80 or 443 or 8080", 2),
        ("tcp port 80 or 443 or 8080", 2),
        ("tcp port 80 or udp port 80", 2),
        ("not port 80", 1),
        ("not (port 80 or 443)", 1),
        ("not tcp port 80", 2),
        ("host 192.0.2.1 and not port 22", 2),
        ("host 192.0.2.1 or 192.0.2.2 or net 10", 2),
        ("host 192.0.2.1 or ::1", 4),
        ("src net 10 and not src net 10.1", 1),
        ("tcp or tcp port 80", 1),
        ("(tcp or udp) and (inbound or outbound)", 1),
        ("vlan 1 or vlan 2 or not vlan", 1),
        ("tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", 1),
        ("(port 80 or 443) and (host 192.0.2.1 or 192.0.2.2)", 4),
        ("ether[0] & 1 = 0 and ip[16] >= 224", 1),
    ] {
        assert_eq!(terms(text).len(), count, "{text}: {:?}", terms(text));
    }
}

#[test]
fn terms_say_which_fields_matter() {
    let [term] = terms("src port 80 and outbound").try_into().unwrap();
    assert_eq!(term.set(Field::SourcePort), Some(&Set::value(80_u16)));
    assert_eq!(term.set(Field::DestinationPort), None);
    assert_eq!(
        term.sets().map(|(field, _)| field).collect::<Vec<_>>(),
        [Field::Direction, Field::SourcePort]
    );
    assert!(term.accepts(super::Direction::Out) && !term.accepts(super::Direction::In));
    let [term] = terms("not src port 80").try_into().unwrap();
    assert!(term.set(Field::SourcePort).unwrap().absent());
}

#[test]
fn directed_broadcast_addresses_are_the_interfaces() {
    let environment = Environment { broadcasts: vec![[192, 168, 1, 255].into()] };
    let [term] = terms_in("ip broadcast", &environment).unwrap().try_into().unwrap();
    let destinations = term.set(Field::DestinationIpv4).unwrap();
    let values: Vec<u128> = destinations.ranges().iter().map(|range| range.first).collect();
    assert_eq!(values, [0, 0xc0a8_01ff, 0xffff_ffff]);
    assert_eq!(terms("ip broadcast")[0].set(Field::DestinationIpv4).unwrap().ranges().len(), 2);
}

/// `text` with each number below `count` in the place of #.
fn repeated(text: &str, joint: &str, count: usize) -> String {
    let mut all = String::new();
    for number in 0..count {
        let joint = if number == 0 { "" } else { joint };
        write!(all, "{joint}{}", text.replace('#', &(number + 1).to_string())).unwrap();
    }
    all
}

#[test]
fn too_many_terms_are_refused() {
    assert_eq!(terms(&repeated("(src port # and dst port #)", " or ", MAX_TERMS)).len(), MAX_TERMS);
    let one_more = repeated("(src port # and dst port #)", " or ", MAX_TERMS + 1);
    let error = terms_in(&one_more, &Environment::default()).unwrap_err();
    assert_eq!(error, TooComplex { terms: MAX_TERMS + 1, allowed: MAX_TERMS });
    assert!(
        error.to_string().starts_with("the filter comes to 65 alternatives or more, where 64 are allowed;")
    );
}

/// Texts made to keep us busy end soon, one way or the other.
#[test]
fn hostile_filters_end_soon() {
    for text in [
        repeated("(tcp or udp)", " and ", 200),
        repeated("(src port # or dst port #)", " and ", 150),
        repeated("(not src port # or not dst port #)", " and ", 150),
        repeated("(src host 10.0.0.# or dst port #)", " and ", 150),
        repeated("not (src host 10.0.0.# and dst port # and ttl #)", " and ", 100),
        repeated("(ttl # or dscp 1 or src port # or vlan # or len = #)", " and ", 100),
        repeated("(len * # % 5 < 2 or src port #)", " and ", 6),
        repeated("len % 2 = 1 and (not src port # or not dst port #)", " and ", 4),
        repeated("len % 9999 = 1", " or ", 420),
        repeated("not (src net 10.# and dst port 1#)", " and ", 150),
    ] {
        let start = Instant::now();
        let result = terms_in(&text, &Environment::default());
        let shown: String = text.chars().take(60).collect();
        // Far more than it takes, for slow machines; without bounds it would be hours.
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{shown}: {:?}, {:?}",
            start.elapsed(),
            result.map(|terms| terms.len())
        );
    }
}
