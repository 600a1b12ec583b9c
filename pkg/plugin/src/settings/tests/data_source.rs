//! What a data source sets.

use super::*;
use crate::masks::Masks;

fn read(json: &str) -> Result<DataSourceSettings, DataSourceSettingErrors> {
    DataSourceSettings::read(json.as_bytes(), &server(&[]))
}

fn refusal(json: &str) -> String {
    read(json).unwrap_err().to_string()
}

#[test]
fn nothing_set() {
    let expected = DataSourceSettings {
        hook: HookChoice::Auto,
        interfaces: Patterns::default(),
        minimum_role: Role::Viewer,
        packets_to_services: false,
        shows_own_traffic: false,
        ceiling: LimitCeiling::Rows(10_000),
        masks: Masks::NONE,
        fleet: None,
    };
    let nulls = r#"{"hook":null,"allowedInterfaces":null,"minimumRole":null,"allowPacketsToServices":null,"showOwnTraffic":null,"maxLimit":null,"maskIpv4":null,"maskIpv6":null,"natsServers":null,"natsPrefix":null,"natsTlsFirst":null,"allowedHosts":null}"#;
    for json in ["", "null", "{}", nulls] {
        assert_eq!(read(json), Ok(expected.clone()), "{json}");
    }
}

#[test]
fn everything_set() {
    let json = r#"{
        "hook": "tcx", "allowedInterfaces": ["eth*", "wg0"], "minimumRole": "Editor",
        "allowPacketsToServices": true, "showOwnTraffic": true, "maxLimit": 500, "maskIpv4": 24, "maskIpv6": 56,
        "tlsSkipVerify": false
    }"#;
    let expected = DataSourceSettings {
        hook: HookChoice::Tcx,
        interfaces: Patterns::read("eth* wg0").unwrap(),
        minimum_role: Role::Editor,
        packets_to_services: true,
        shows_own_traffic: true,
        ceiling: LimitCeiling::OfDataSource(500),
        masks: Masks { ipv4: 24, ipv6: 56 },
        fleet: None,
    };
    assert_eq!(read(json), Ok(expected));
}

#[test]
fn hooks() {
    for (name, hook) in HookChoice::NAMES {
        assert_eq!(read(&format!(r#"{{"hook":"{name}"}}"#)).unwrap().hook, hook);
    }
}

#[test]
fn roles() {
    for (name, role) in [("Viewer", Role::Viewer), ("Editor", Role::Editor), ("Admin", Role::Admin)] {
        assert_eq!(read(&format!(r#"{{"minimumRole":"{name}"}}"#)).unwrap().minimum_role, role);
    }
}

#[test]
fn allowed_interfaces_are_a_list_or_a_text() {
    let list = read(r#"{"allowedInterfaces":["eth*","wg0"]}"#).unwrap();
    assert_eq!(list, read(r#"{"allowedInterfaces":"eth*, wg0"}"#).unwrap());
    assert!(read(r#"{"allowedInterfaces":[]}"#).unwrap().interfaces.allow_all());
}

/// A restriction that cannot be read must not be taken for none.
#[test]
fn a_wrong_setting_is_refused() {
    let role = "it takes Viewer, Editor or Admin";
    let hook = "it takes auto, xdp-native, xdp-generic or tcx";
    let patterns = "it takes a list of names, patterns such as eth* and !veth*, and the words uplinks and any, none of them \
                    empty, and beside any only entries with ! in front";
    let boolean = "it takes true or false";
    let rows = "it takes a whole number of 1 or more";
    for (key, value, allowed) in [
        ("hook", "1", hook),
        ("hook", "[\"tcx\"]", hook),
        ("allowedInterfaces", "1", patterns),
        ("allowedInterfaces", "[\"\"]", patterns),
        ("allowedInterfaces", "[\"eth0\",\" \"]", patterns),
        ("allowedInterfaces", "\",\"", patterns),
        ("allowedInterfaces", "\" \"", patterns),
        ("allowedInterfaces", "true", patterns),
        ("allowedInterfaces", "{\"eth0\":true}", patterns),
        ("allowedInterfaces", "[\"eth0\",1]", patterns),
        ("allowedInterfaces", "[null]", patterns),
        ("allowedInterfaces", "[[\"eth0\"]]", patterns),
        ("minimumRole", "\"None\"", role),
        ("minimumRole", "\"\"", role),
        ("minimumRole", "\"admin\"", role),
        ("minimumRole", "\"Owner\"", role),
        ("minimumRole", "2", role),
        ("minimumRole", "[]", role),
        ("allowPacketsToServices", "\"true\"", boolean),
        ("allowPacketsToServices", "1", boolean),
        ("allowPacketsToServices", "{}", boolean),
        ("showOwnTraffic", "\"yes\"", boolean),
        ("showOwnTraffic", "0", boolean),
        ("maxLimit", "0", rows),
        ("maxLimit", "-1", rows),
        ("maxLimit", "1.5", rows),
        ("maxLimit", "4294967296", rows),
        ("maxLimit", "\"500\"", rows),
        ("maxLimit", "\"none\"", rows),
        ("maxLimit", "[500]", rows),
    ] {
        assert_eq!(
            refusal(&format!("{{\"{key}\":{value}}}")),
            format!(
                "the data source's setting {key} is {value}; {allowed}. Change it in the data source's settings"
            )
        );
    }
}

#[test]
fn an_unknown_hook_is_answered_with_those_there_are() {
    let expected = "the data source's setting hook \"XDP\" is not known; allowed are auto, xdp-native, \
                    xdp-generic and tcx. Change it in the data source's settings";
    assert_eq!(refusal(r#"{"hook":"XDP"}"#), expected);
}

#[test]
fn settings_that_are_no_object_are_refused() {
    for json in ["[]", "\"\"", "7", "true", "false", "{", "{}x", "\u{fffd}"] {
        let expected = "the data source's settings are not a JSON object; save its settings again";
        assert_eq!(refusal(json), expected, "{json}");
    }
    assert!(DataSourceSettings::read(b"{\"hook\":\"\xff\"}", &server(&[])).is_err());
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let errors = read(r#"{"maxLimit":0,"minimumRole":"Boss","interfaces":["eth*"]}"#).unwrap_err();
    let [role, limit, unknown] =
        <[String; 3]>::try_from(errors.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    assert!(role.starts_with("the data source's setting minimumRole is \"Boss\"; "), "{role}");
    assert!(limit.starts_with("the data source's setting maxLimit is 0; "), "{limit}");
    assert!(unknown.contains("\"interfaces\" (is allowedInterfaces meant?)"), "{unknown}");
    assert_eq!(errors.to_string(), format!("{role}. And {limit}. And {unknown}"));
    let set = DataSourceSettings::read(br#"{"hook":"tcx","maxLimit":0}"#, &server(&[("hook", "xdp-native")]));
    let set = set.unwrap_err().to_string();
    assert!(set.contains("has set xdp-native for all") && set.contains("maxLimit is 0"), "{set}");
}

#[test]
fn what_was_given_is_shortened() {
    let (server, _) = ServerSettings::read(|_| None, &Ceiling::default());
    let json = format!("{{\"maxLimit\":\"{}\"}}", "x".repeat(1 << 20));
    let text = DataSourceSettings::read(json.as_bytes(), &server).unwrap_err().to_string();
    assert!(text.contains("xxx…") && text.len() < 400, "{} bytes", text.len());
}

#[test]
fn masks_are_prefix_lengths() {
    for (json, expected) in [
        (r#"{"maskIpv4":0}"#, Masks { ipv4: 0, ipv6: 128 }),
        (r#"{"maskIpv4":32,"maskIpv6":128}"#, Masks::NONE),
        (r#"{"maskIpv6":64}"#, Masks { ipv4: 32, ipv6: 64 }),
    ] {
        assert_eq!(read(json).unwrap().masks, expected, "{json}");
    }
    for json in [r#"{"maskIpv4":33}"#, r#"{"maskIpv4":-1}"#, r#"{"maskIpv4":"24"}"#, r#"{"maskIpv4":23.5}"#] {
        assert!(refusal(json).contains("maskIpv4") && refusal(json).contains("from 0 to 32"), "{json}");
    }
    assert!(refusal(r#"{"maskIpv6":129}"#).contains("from 0 to 128"));
}

#[test]
fn of_many_servers_that_are_not_allowed_three_are_named() {
    let servers: Vec<String> = (1..=200).map(|number| format!("n{number}.example.org")).collect();
    let json = format!("{{\"natsServers\":\"{}\"}}", servers.join(","));
    let text = DataSourceSettings::read(json.as_bytes(), &server(&[])).unwrap_err().to_string();
    let expected = "names nats://n1.example.org:4222, nats://n2.example.org:4222, nats://n3.example.org:4222 and 197 more, and the \
                    server's administrator allows none; ";
    assert!(text.contains(expected) && text.len() < 600, "{text}");
}
