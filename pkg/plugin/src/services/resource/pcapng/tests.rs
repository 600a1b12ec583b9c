use serde_json::json;
use xdplive_source::{Decapsulate, HostSet};

use super::*;

const ADMINISTRATED: LimitCeiling = LimitCeiling::Rows(10_000);

fn read(query: &Value, ceiling: LimitCeiling) -> Result<[Option<u64>; 3], String> {
    let Bounds { count, seconds, bytes } =
        Bounds::read(query.to_string().as_bytes(), ceiling).map_err(|error| error.to_string())?;
    Ok([count, seconds, bytes])
}

#[test]
fn bounds_hold_where_none_is_asked_for() {
    let defaults = [Some(1000), Some(10), Some(67_108_864)];
    assert_eq!(read(&json!({}), ADMINISTRATED), Ok(defaults));
    assert_eq!(read(&json!({}), LimitCeiling::None), Ok(defaults));
    let null = json!({ "count": null, "seconds": null, "bytes": null });
    assert_eq!(read(&null, ADMINISTRATED), Ok(defaults));
    assert_eq!(read(&null, LimitCeiling::None), Ok([None; 3]), "where the administrator says none");
}

#[test]
fn the_ends_of_each_range() {
    for (key, place, most) in [("count", 0, 100_000), ("seconds", 1, 300), ("bytes", 2, 67_108_864)] {
        for number in [1, most] {
            let bounds = read(&json!({ key: number }), ADMINISTRATED).unwrap();
            assert_eq!(bounds[place], Some(number), "{key}");
        }
        for wrong in [json!(0), json!(most + 1), json!(-1), json!(1.5), json!("5"), json!([5])] {
            let sentence = format!("{key}: {wrong} is not allowed; it takes a whole number from 1 to {most}");
            assert_eq!(read(&json!({ key: wrong }), ADMINISTRATED), Err(sentence));
        }
        let more = read(&json!({ key: most + 1 }), LimitCeiling::None).unwrap();
        assert_eq!(more[place], Some(most + 1));
        let sentence =
            format!("{key}: 0 is not allowed; it takes a whole number of 1 or more, or null for no bound");
        assert_eq!(read(&json!({ key: 0 }), LimitCeiling::None), Err(sentence));
    }
}

#[test]
fn the_query_is_the_body_or_in_the_address() {
    let query = |url: &str, body: &'static str| {
        let request =
            CallResourceRequest { url: url.to_owned(), body: body.into(), ..CallResourceRequest::default() };
        super::query(&request).map(|query| String::from_utf8(query).unwrap()).map_err(|error| error.message)
    };
    let refused = query("pcapng?query=%7B%7D&count=5", "").unwrap_err();
    assert!(refused.starts_with("the address has the key \"count\"; it takes query and hosts;"), "{refused}");
    let query = |url, body| query(url, body).unwrap();
    assert_eq!(query("pcapng", ""), "{}");
    let encoded = "pcapng?query=%7B%22filter%22%3A%22udp%20port%2053%20or%20%2Btcp%22%7D";
    assert_eq!(query(encoded, ""), r#"{"filter":"udp port 53 or +tcp"}"#);
    assert_eq!(query(encoded, "{}"), "{}");
    assert_eq!(query("pcapng?hosts=web1,web2&query=%7B%7D", ""), r#"{"hosts":["web1","web2"]}"#);
    assert_eq!(query("pcapng?hosts=&query=%7B%7D", ""), "{}");
    assert_eq!(query("pcapng?hosts=*", ""), r#"{"hosts":["*"]}"#);
}

#[test]
fn a_file_has_as_much_as_may_be() {
    for (given, ceiling, expected) in [
        ("{}", ADMINISTRATED, r#"{"limit":10000}"#),
        ("{}", LimitCeiling::None, r#"{"limit":null}"#),
        (r#"{"limit":7}"#, ADMINISTRATED, r#"{"limit":7}"#),
        ("[]", ADMINISTRATED, "[]"),
        ("nonsense", ADMINISTRATED, "nonsense"),
    ] {
        let query = as_much_as_may_be(given.into(), ceiling);
        assert_eq!(String::from_utf8(query).unwrap(), expected);
    }
}

#[test]
fn a_file_s_name_is_plain() {
    let request = |interfaces| Request {
        hosts: HostSet::All,
        label: Default::default(),
        interfaces,
        directions: Vec::new(),
        hook: Default::default(),
        decapsulate: Decapsulate::None,
        wanted: None,
    };
    for (names, expected) in [
        (&["eth0", "wg0"][..], "xdplive-eth0-wg0-20231114T221320Z.pcapng"),
        (&["e\"t\r\nh\u{e9};"], "xdplive-e_t__h__-20231114T221320Z.pcapng"),
        (&["a", "b", "c", "d"], "xdplive-4-interfaces-20231114T221320Z.pcapng"),
    ] {
        let named = InterfaceSet::Named(names.iter().map(|name| (*name).to_owned()).collect());
        let headers = headers(&request(named), 1_700_000_000_000_000_000);
        assert_eq!(headers["Content-Disposition"].values, [format!("attachment; filename=\"{expected}\"")]);
        assert_eq!(headers["Content-Type"].values, ["application/x-pcapng"]);
    }
}
