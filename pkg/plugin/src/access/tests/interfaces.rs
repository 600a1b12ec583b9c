//! Which interfaces may be watched.

use xdplive_source::{Interface, Link};

use super::*;

const SERVER: &str =
    "interface \"eth0\" may not be watched; the server's administrator has set those allowed";
const DATA_SOURCE: &str =
    "interface \"eth0\" may not be watched through this data source; its settings name those allowed";

/// Whether `eth0` may be watched, and with that all interfaces at once.
fn check(data_source_patterns: &str, server_patterns: &str) -> (Result<(), String>, Result<(), String>) {
    let (settings, server) = (data_source(data_source_patterns), server(server_patterns));
    let eth0 = Interface { uplink: true, ..Interface::new("eth0", 2, Link::Ethernet) };
    (
        check_interface("eth0", &[eth0].into_iter().collect(), &settings, &server)
            .map_err(|error| error.to_string()),
        check_any(&settings, &server).map_err(|error| error.to_string()),
    )
}

#[test]
fn all_of_them_where_nobody_says() {
    assert_eq!(check("", ""), (Ok(()), Ok(())));
}

#[test]
fn a_pattern_allows_those_that_match_but_not_any() {
    let any = "all interfaces (any) may not be watched through this data source; its settings name those \
               allowed; name the interfaces, or write * for those allowed";
    assert_eq!(check("eth*", ""), (Ok(()), Err(any.to_owned())));
    assert_eq!(check("*", ""), (Ok(()), Err(any.to_owned())));
    let any = "all interfaces (any) may not be watched; the server's administrator has set those allowed; name \
               the interfaces, or write * for those allowed";
    assert_eq!(check("", "eth?"), (Ok(()), Err(any.to_owned())));
}

#[test]
fn others_are_refused() {
    assert_eq!(check("wg*", "").0, Err(DATA_SOURCE.to_owned()));
    assert_eq!(check("", "wg*").0, Err(SERVER.to_owned()));
}

#[test]
fn a_data_source_may_allow_what_leads_out_and_all_but_some() {
    assert_eq!(
        [check("uplinks", "").0, check("!veth*", "").0, check("!lo", "eth*").0],
        [Ok(()), Ok(()), Ok(())]
    );
    assert_eq!(check("!uplinks", "").0, Err(DATA_SOURCE.to_owned()));
    // Of what is away it is not known.
    let away = check_interface("eth9", &Interfaces::default(), &data_source("uplinks"), &server(""));
    assert!(away.is_err());
    assert_eq!(check("any", ""), (Ok(()), Ok(())));
}

/// A data source narrows what the administrator allows, and cannot widen it.
#[test]
fn both_have_to_allow_it() {
    assert_eq!(check("eth*", "wg*").0, Err(SERVER.to_owned()));
    assert_eq!(check("*", "wg*").0, Err(SERVER.to_owned()));
    assert_eq!(check("wg*", "eth*").0, Err(DATA_SOURCE.to_owned()));
    assert_eq!(check("eth0", "eth*").0, Ok(()));
}
