//! The interfaces of a query.

use super::*;

fn interfaces(value: &Value) -> Vec<String> {
    parse(&json!({ "interfaces": value })).unwrap().interfaces
}

const LIST: &str = "it takes a list of up to 64 names, or [\"any\"] alone";
const NAME: &str = "a name has 1 to 15 bytes and no spaces or slashes";

#[test]
fn names_are_sorted_and_each_is_there_once() {
    assert_eq!(interfaces(&json!(["wg0", "eth0", "wg0"])), ["eth0", "wg0"]);
}

/// A panel outlives an unplugged card: whether an interface exists is for the source to say.
#[test]
fn a_name_need_not_be_one_of_the_machine() {
    assert_eq!(interfaces(&json!(["usb0"])), ["usb0"]);
}

#[test]
fn no_name_stands_for_the_default_route() {
    assert_eq!(interfaces(&json!([])), ["eth0"]);
    assert_eq!(interfaces(&json!(null)), ["eth0"]);
}

#[test]
fn without_a_default_route_one_must_be_named() {
    let machine: Interfaces = [interface("wg0", 3), interface("lo", 1)].into_iter().collect();
    let error = Query::parse(b"{}", &machine, CEILING).unwrap_err();
    assert_eq!(
        error.to_string(),
        "interfaces: none is named, and this machine has no default route to go by; name one: the query editor lists those that may be watched, and on the machine `ip link` all there are"
    );
    assert!(Query::parse(b"{\"interfaces\": [\"lo\"]}", &machine, CEILING).is_ok());
    assert!(Query::parse(b"{\"interfaces\": [\"any\"]}", &machine, CEILING).is_ok());
}

#[test]
fn any_stands_for_all() {
    let query = parse(&json!({ "interfaces": ["any", "any"] })).unwrap();
    assert_eq!(query.interfaces, ["any"]);
    assert!(query.is_any());
    assert!(!parse(&json!({ "interfaces": ["anya"] })).unwrap().is_any());
}

#[test]
fn any_stands_alone() {
    assert_refused("interfaces", [json!(["any", "eth0"]), json!(["eth0", "any", "any"])], LIST);
}

#[test]
fn sixty_four_names_are_the_most() {
    let names = |count: usize| json!((0..count).map(|n| format!("veth{n}")).collect::<Vec<_>>());
    assert_eq!(interfaces(&names(64)).len(), 64);
    let error = refusal(&json!({ "interfaces": names(65) }));
    assert!(error.starts_with("interfaces: [\"veth0\",\"veth1\","), "{error}");
    assert!(error.ends_with(&format!("… is not allowed; {LIST}")), "{error}");
}

#[test]
fn names_come_in_a_list() {
    assert_refused("interfaces", [json!("eth0"), json!(""), json!(2), json!(true), json!({})], LIST);
}

#[test]
fn names_that_no_interface_can_have() {
    let wrong = [
        json!(""),
        json!("."),
        json!(".."),
        json!("eth 0"),
        json!("eth0\n"),
        json!("a/b"),
        json!("eth0:1"),
        json!("sixteen_bytes_xx"),
        json!("ünfzehnzeichen!"),
        json!(7),
        json!(null),
        json!(["eth0"]),
    ];
    for name in wrong {
        assert_eq!(
            refusal(&json!({ "interfaces": ["eth0", name] })),
            format!("interfaces: {name} is not allowed; {NAME}")
        );
    }
}

#[test]
fn odd_names_that_an_interface_can_have() {
    for name in ["fifteen_bytes_x", "eth0.40", "br-\"lan\"", r"a\\b", r"a\xff", "wlan!", "größe"] {
        assert_eq!(interfaces(&json!([name])), [name]);
    }
    // A backslash that escapes nothing stands for itself, and equal names have one spelling.
    assert_eq!(interfaces(&json!([r"a\b", r"a\\b", r"a\x62", r"a\x6"])), [r"a\\b", r"a\\x6", "ab"]);
}
