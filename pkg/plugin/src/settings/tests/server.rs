//! What the server's administrator sets.

use super::*;
use crate::quota::Quotas;

#[test]
fn nothing_set() {
    let settings = server(&[]);
    assert_eq!(settings.ceiling, LimitCeiling::Rows(10_000));
    assert!(settings.interfaces.allow_all());
    assert_eq!(settings.hook, None);
    assert_eq!(settings.capture, CaptureSettings::default());
    assert_eq!(settings.own_ports, None);
    assert_eq!(settings.quotas, Quotas::Percent(100));
    assert_eq!((settings.log_level, settings.audit_level), ("info", "info"));
    assert!(settings.made.is_empty() && !settings.processes && !settings.dns_answers);
}

#[test]
fn everything_set() {
    let settings = server(&[
        ("max_limit", "500"),
        ("interfaces", "eth*, wg0"),
        ("hook", "xdp-generic"),
        ("ring_bytes", "65536"),
        ("queue_rows", "1000"),
        ("linger_seconds", "0"),
        ("flow_entries", "2000"),
        ("header_bytes", "256"),
        ("own_ports", "443, 3000"),
        ("quota_percent", "250"),
        ("processes", "true"),
        ("dns_answers", "true"),
        ("reverse_lookups", "true"),
        ("log_level", "warn"),
    ]);
    assert_eq!(settings.log_level, "warn");
    assert_eq!(settings.own_ports, Some([443, 3000].into()));
    assert_eq!(settings.quotas, Quotas::Percent(250));
    assert!(settings.processes && settings.dns_answers && settings.reverse_lookups);
    assert_eq!(settings.made.len(), 14);
    assert_eq!(settings.ceiling, LimitCeiling::Rows(500));
    assert!(settings.interfaces.allow("eth3", false) && !settings.interfaces.allow("lo", false));
    assert_eq!(settings.hook, Some(HookChoice::XdpGeneric));
    let capture = CaptureSettings {
        ring_bytes: 65_536,
        queue_rows: 1000,
        linger: Duration::ZERO,
        flow_entries: 2000,
        header_bytes: 256,
    };
    assert_eq!(settings.capture, capture);
}

#[test]
fn the_ceiling_can_be_taken_away() {
    assert_eq!(server(&[("max_limit", "none")]).ceiling, LimitCeiling::None);
}

#[test]
fn white_space_around_a_value_is_ignored() {
    assert_eq!(server(&[("max_limit", " 7\n")]).ceiling, LimitCeiling::Rows(7));
}

#[test]
fn the_ends_of_each_range() {
    for (name, value) in [
        ("max_limit", "1"),
        ("max_limit", "4294967295"),
        ("ring_bytes", "4096"),
        ("ring_bytes", "1073741824"),
        ("queue_rows", "1"),
        ("queue_rows", "1000000"),
        ("linger_seconds", "86400"),
        ("flow_entries", "1024"),
        ("flow_entries", "1048576"),
        ("header_bytes", "0"),
        ("header_bytes", "512"),
        ("quota_percent", "1"),
        ("quota_percent", "1000"),
        ("quota_percent", "none"),
    ] {
        server(&[(name, value)]);
    }
}

/// The others are read all the same, so that all of them can be corrected in one go.
#[test]
fn what_cannot_be_used_is_reported() {
    let ring = "it takes a power of two from 4096 to 1073741824";
    let limit = "it takes a whole number of 1 or more, or none";
    for (name, value, allowed) in [
        ("max_limit", "0", limit),
        ("max_limit", "-1", limit),
        ("max_limit", "1e4", limit),
        ("max_limit", "unlimited", limit),
        ("max_limit", "4294967296", limit),
        ("hook", "native", "it takes auto, xdp-native, xdp-generic or tcx"),
        ("ring_bytes", "2048", ring),
        ("ring_bytes", "8000", ring),
        ("ring_bytes", "2147483648", ring),
        ("ring_bytes", "8 MiB", ring),
        ("queue_rows", "0", "it takes a whole number from 1 to 1000000"),
        ("queue_rows", "1000001", "it takes a whole number from 1 to 1000000"),
        ("linger_seconds", "-1", "it takes a whole number from 0 to 86400"),
        ("linger_seconds", "86401", "it takes a whole number from 0 to 86400"),
        ("flow_entries", "1023", "it takes a whole number from 1024 to 1048576"),
        ("flow_entries", "1048577", "it takes a whole number from 1024 to 1048576"),
        ("header_bytes", "-1", "it takes a whole number from 0 to 512"),
        ("header_bytes", "513", "it takes a whole number from 0 to 512"),
        ("quota_percent", "0", "it takes a whole number from 1 to 1000, or none"),
        ("quota_percent", "1001", "it takes a whole number from 1 to 1000, or none"),
        ("log_level", "verbose", "it takes error, warn, info, debug or trace"),
        ("audit_level", "debug", "it takes info or off"),
        ("processes", "yes", "it takes true or false"),
        ("dns_answers", "1", "it takes true or false"),
        ("reverse_lookups", "yes", "it takes true or false"),
    ] {
        let (settings, errors) = read_server(&[(name, value), ("interfaces", "eth0")]);
        let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let section = "in the section [plugin.xdplive-packets-datasource]";
        assert_eq!(sentences, [format!("{name} = \"{value}\" {section} is not allowed; {allowed}")]);
        assert_eq!(settings.ceiling, LimitCeiling::Rows(10_000));
        assert_eq!(settings.hook, None);
        assert_eq!(settings.capture, CaptureSettings::default());
        assert!(!settings.interfaces.allow("lo", false));
        assert_eq!(settings.made, ["interfaces"].into());
    }
}

/// A restriction that cannot be read must not be taken for none.
#[test]
fn what_cannot_be_used_stops_the_capture() {
    for (name, value, stops) in [
        ("interfaces", ",", true),
        ("hook", "TCX", true),
        ("max_limit", "5k", true),
        ("header_bytes", "none", true),
        ("quota_percent", "low", true),
        ("dns_answers", "maybe", true),
        ("history_seconds", "an hour", true),
        ("log_level", "verbose", false),
        ("audit_level", "verbose", false),
    ] {
        let (_, errors) = read_server(&[(name, value)]);
        assert_eq!(errors.iter().map(ServerSettingError::stops).collect::<Vec<_>>(), [stops], "{name}");
    }
}

#[test]
fn each_fault_is_reported() {
    let (_, errors) = read_server(&[("max_limit", "x"), ("queue_rows", "x"), ("hook", "x")]);
    assert_eq!(errors.len(), 3);
}

#[test]
fn own_ports_are_a_list_or_none() {
    for (text, ports) in [("none", vec![]), ("3000", vec![3000]), ("80 443,8443", vec![80, 443, 8443])] {
        assert_eq!(server(&[("own_ports", text)]).own_ports, Some(ports.into_iter().collect()), "{text}");
    }
    for text in ["0", "65536", "http", "80;443", "80-90", "none, 80"] {
        let (settings, errors) = read_server(&[("own_ports", text)]);
        assert_eq!(settings.own_ports, None, "{text}");
        let expected = format!(
            "own_ports = \"{text}\" in the section [plugin.xdplive-packets-datasource] is not allowed; it takes TCP ports \
             from 1 to 65535, separated by commas or spaces, or none"
        );
        assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
    }
}

/// Nobody has to ask for the past, and who wants nothing to be counted says so, whichever way.
#[test]
fn the_interface_with_the_default_route_is_watched_unless_others_are() {
    let named = |names: &[&str]| FromTheStart::Named(names.iter().map(|name| (*name).to_owned()).collect());
    let none = server(&[]);
    assert_eq!((none.watch, none.made.is_empty()), (FromTheStart::DefaultRoute, true));
    for (text, expected) in [
        ("none", named(&[])),
        ("", named(&[])),
        (" ", named(&[])),
        ("wg0, eth0 eth0", named(&["eth0", "wg0"])),
    ] {
        let settings = server(&[("watch", text)]);
        assert_eq!((settings.watch, settings.made), (expected, ["watch"].into()), "{text:?}");
    }
    let seventeen: Vec<String> = (0..17).map(|number| format!("eth{number}")).collect();
    for text in ["a/b", "eth0 a-name-that-is-too-long", &seventeen.join(" ")] {
        let (settings, errors) = read_server(&[("watch", text)]);
        assert_eq!((settings.watch, settings.made.len()), (named(&[]), 0), "what cannot be read closes");
        assert_eq!(errors.iter().map(ServerSettingError::stops).collect::<Vec<_>>(), [true]);
    }
}

/// Grafana hands on a name without a value.
#[test]
fn a_setting_without_a_value_is_none() {
    let names =
        ["max_limit", "interfaces", "hook", "ring_bytes", "own_ports", "history_seconds", "log_level"];
    let settings = server(&names.map(|name| (name, "")));
    assert_eq!((settings.made.len(), settings.ceiling), (0, LimitCeiling::Rows(10_000)));
    assert!(settings.own_ports.is_none() && settings.interfaces.allow_all());
}

/// It is read in a log and on a page.
#[test]
fn what_was_given_is_shortened() {
    let given = "x".repeat(1 << 20);
    let (_, errors) =
        ServerSettings::read(|name| (name == "hook").then(|| given.clone()), &Ceiling::default());
    let [error] = &*errors else { panic!("{errors:?}") };
    let text = error.to_string();
    assert!(text.contains(&format!("\"{}…\"", "x".repeat(60))) && text.len() < 400, "{text}");
}
