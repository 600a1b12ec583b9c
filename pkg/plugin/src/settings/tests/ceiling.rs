//! What root has set for the machine, above what the environment says.

use super::*;

fn machine() -> Ceiling {
    Ceiling {
        interfaces: Patterns::read("wan*").unwrap(),
        max_limit: Some(500),
        header_bytes: Some(64),
        ring_bytes: Some(1 << 20),
        flow_entries: Some(2048),
        dns_answers: Some(false),
    }
}

#[test]
fn where_the_environment_has_nothing_defaults_stay_below_the_ceiling() {
    let (settings, errors) = read_within(&[], &machine());
    assert_eq!(errors, []);
    assert_eq!(settings.ceiling, LimitCeiling::Rows(500));
    let CaptureSettings { ring_bytes, flow_entries, header_bytes, .. } = settings.capture;
    assert_eq!((ring_bytes, flow_entries, header_bytes), (1 << 20, 2048, 0));
    assert!(settings.interfaces.allow("wan0", false) && !settings.interfaces.allow("lan0", false));
    assert!(settings.made.is_empty());
}

#[test]
fn the_environment_narrows() {
    let narrower = [
        ("max_limit", "100"),
        ("header_bytes", "64"),
        ("ring_bytes", "4096"),
        ("flow_entries", "1024"),
        ("interfaces", "*0"),
    ];
    let (settings, errors) = read_within(&narrower, &machine());
    assert_eq!(errors, []);
    assert_eq!(settings.ceiling, LimitCeiling::Rows(100));
    let CaptureSettings { ring_bytes, flow_entries, header_bytes, .. } = settings.capture;
    assert_eq!((ring_bytes, flow_entries, header_bytes), (4096, 1024, 64));
    for (name, allowed) in [("wan0", true), ("wan1", false), ("lan0", false)] {
        assert_eq!(settings.interfaces.allow(name, false), allowed, "{name}");
    }
}

#[test]
fn what_goes_beyond_it_is_refused_with_both_figures() {
    for (name, value, most) in [
        ("max_limit", "501", 500),
        ("max_limit", "none", 500),
        ("header_bytes", "512", 64),
        ("ring_bytes", "2097152", 1 << 20),
        ("flow_entries", "4096", 2048),
    ] {
        let (settings, errors) = read_within(&[(name, value)], &machine());
        let given = value.to_owned();
        assert_eq!(errors, [ServerSettingError::AboveCeiling { name, given, most }]);
        assert!(errors.iter().all(ServerSettingError::stops));
        assert!(settings.made.is_empty());
    }
    let (_, errors) = read_within(&[("header_bytes", "512")], &machine());
    let sentence = "header_bytes = \"512\" in the section [plugin.xdplive-packets-datasource] is more than 64, the ceiling \
                    in /etc/xdplive.toml; lower one, or have root raise the other";
    assert_eq!(errors[0].to_string(), sentence);
}

#[test]
fn what_the_ceiling_has_switched_off_stays_off() {
    let (settings, errors) = read_within(&[("dns_answers", "true")], &machine());
    let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let expected = "dns_answers = \"true\" in the section [plugin.xdplive-packets-datasource] is not allowed by \
                    /etc/xdplive.toml, the ceiling, which has dns_answers = false; take one away, or have root take the other away";
    assert_eq!(sentences, [expected]);
    assert!(errors.iter().all(ServerSettingError::stops));
    assert!(!settings.dns_answers && settings.made.is_empty());
    let open = Ceiling { dns_answers: Some(true), ..machine() };
    let (settings, errors) = read_within(&[("dns_answers", "true")], &open);
    assert!(settings.dns_answers && errors.is_empty());
    // It allows, and does not ask for it.
    assert!(!read_within(&[], &open).0.dns_answers);
}
