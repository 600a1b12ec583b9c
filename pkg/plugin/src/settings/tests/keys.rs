//! Keys that are of no setting.

use std::{fs, path::Path};

use super::{
    super::keys::{GRAFANAS_KEYS, KEYS},
    *,
};

fn refusal(json: &str) -> Option<String> {
    DataSourceSettings::read(json.as_bytes(), &server(&[])).err().map(|error| error.to_string())
}

/// What `key` is taken for a misspelling of; it is refused in any case.
fn meant(key: &str) -> Option<&'static str> {
    let error = refusal(&format!("{{\"{key}\":1}}")).unwrap();
    assert!(error.contains(&format!("no setting: \"{key}\"")), "{error}");
    KEYS.into_iter().find(|ours| error.contains(&format!("(is {ours} meant?)")))
}

#[test]
fn a_misspelt_restriction_is_refused_with_what_was_meant() {
    for (key, ours) in [
        ("interfaces", "allowedInterfaces"),
        ("interface", "allowedInterfaces"),
        ("allowed_interfaces", "allowedInterfaces"),
        ("allowedInterface", "allowedInterfaces"),
        ("maxlimit", "maxLimit"),
        ("max_limit", "maxLimit"),
        ("limit", "maxLimit"),
        ("MaxLimits", "maxLimit"),
        ("minimumrole", "minimumRole"),
        ("minRole", "minimumRole"),
        ("role", "minimumRole"),
        ("Hook", "hook"),
        ("showOwnTrafic", "showOwnTraffic"),
        ("allowPacketsToService", "allowPacketsToServices"),
    ] {
        assert_eq!(meant(key), Some(ours), "{key}");
    }
    for key in ["x", "ring_bytes", "httpHeaderName", "httpHeaderNameX", "tlsskipverify", "日本", ""] {
        assert_eq!(meant(key), None, "{key}");
    }
}

#[test]
fn the_message_says_what_there_is_and_what_to_do() {
    let expected = "the data source's jsonData holds what is no setting: \"interfaces\" (is allowedInterfaces meant?), \
                    \"maxlimit\" (is maxLimit meant?); the settings are hook, allowedInterfaces, minimumRole, \
                    allowPacketsToServices, showOwnTraffic, maxLimit, maskIpv4, maskIpv6, natsServers, natsPrefix, natsClient, natsTlsFirst, allowedHosts. Correct or remove it where it comes from, a \
                    provisioning file or a call of Grafana's HTTP API";
    assert_eq!(refusal(r#"{"interfaces":"eth0","maxlimit":5,"showOwnTraffic":true}"#).unwrap(), expected);
}

#[test]
fn a_message_stays_short() {
    let keys: Vec<String> = (0..200).map(|number| format!("\"{number}{}\":1", "é".repeat(500))).collect();
    let error = refusal(&format!("{{{}}}", keys.join(","))).unwrap();
    assert!(error.contains(" and 195 more; the settings are "), "{error}");
    assert!(error.chars().count() < 700, "{error}");
}

/// What Grafana says about any data source must not stop this one.
#[test]
fn keys_of_grafanas_own_are_let_through() {
    let numbered = ["httpHeaderName1", "httpHeaderName27"];
    for key in GRAFANAS_KEYS.into_iter().chain(numbered) {
        for value in ["true", "\"x\"", "[1]", "{\"a\":1}"] {
            assert_eq!(refusal(&format!("{{\"{key}\":{value}}}")), None, "{key}");
        }
    }
    assert_eq!(refusal(r#"{"interfaces":null}"#), None, "null sets nothing");
}

#[test]
fn the_front_end_writes_the_same_keys() {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/settings/model.ts");
    let text = fs::read_to_string(model).unwrap();
    let (_, settings) = text.split_once("interface XdpSettings").unwrap();
    let keys: Vec<&str> =
        settings.lines().filter_map(|line| Some(line.strip_prefix("  ")?.split_once("?:")?.0)).collect();
    let mut ours = KEYS;
    ours.sort_unstable();
    let mut theirs = keys;
    theirs.sort_unstable();
    assert_eq!(theirs, ours);
}

#[test]
fn the_documentation_knows_the_same_keys() {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference.md");
    let text = fs::read_to_string(reference).unwrap();
    let (_, settings) = text.split_once("\n## Settings").unwrap();
    let (settings, _) = settings.split_once("\n### Hooks").unwrap();
    for key in KEYS.into_iter().chain(GRAFANAS_KEYS) {
        assert!(settings.contains(&format!("`{key}`")), "{key}");
    }
}
