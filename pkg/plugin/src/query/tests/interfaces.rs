//! The interfaces of a query.

use xdplive_source::InterfaceSet;

use super::*;

fn interfaces(value: &Value) -> Vec<String> {
    parse(&json!({ "interfaces": value })).unwrap().interfaces.texts()
}

const LIST: &str = "it takes a list of up to 64 names, patterns such as eth* and !veth*, or the word uplinks; the word \
    any stands alone or beside entries with ! in front";
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
    assert_eq!(query.interfaces.texts(), ["any"]);
    assert_eq!(query.interfaces, InterfaceSet::Any);
    let anya = parse(&json!({ "interfaces": ["anya"] })).unwrap().interfaces;
    assert_eq!(anya, InterfaceSet::Named(vec!["anya".to_owned()]));
}

#[test]
fn any_stands_alone() {
    let reason = "\"any\" is all interfaces, so that only entries with ! in front can stand beside it";
    let wrong = [json!(["any", "eth0"]), json!(["eth0", "any", "any"]), json!(["any", "uplinks", "!lo"])];
    assert_refused("interfaces", wrong, &format!("{reason}; {LIST}"));
}

#[test]
fn exceptions_leave_out_something() {
    let reason = "an entry with ! in front leaves out a name, a pattern or \"uplinks\"";
    assert_refused("interfaces", [json!(["!any"])], &format!("{reason}; {LIST}"));
    assert_eq!(refusal(&json!({ "interfaces": ["!"] })), format!("interfaces: \"!\" is not allowed; {NAME}"));
}

#[test]
fn words_and_patterns_have_one_spelling_and_one_order() {
    for (given, canonical) in [
        (json!(["uplinks"]), vec!["uplinks"]),
        (json!(["wg0", "eth*", "uplinks", "eth*"]), vec!["eth*", "uplinks", "wg0"]),
        (json!(["!veth*"]), vec!["!veth*", "any"]),
        (json!(["any", "!veth*", "!lo"]), vec!["!lo", "!veth*", "any"]),
        (json!(["!uplinks"]), vec!["!uplinks", "any"]),
        (json!(["*"]), vec!["*"]),
        (json!(["eth?.40"]), vec!["eth?.40"]),
        // Interfaces that are called so.
        (json!([r"\x61ny"]), vec![r"\x61\x6e\x79"]),
        (json!([r"a\x2a"]), vec![r"\x61\x2a"]),
    ] {
        assert_eq!(interfaces(&given), canonical, "{given}");
        assert_eq!(interfaces(&json!(canonical)), canonical, "{given}");
    }
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
