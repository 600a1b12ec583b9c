//! The budget of a query and its ceiling.

use super::*;

fn limit(query: &Value, ceiling: LimitCeiling) -> Result<Option<u32>, String> {
    let query = Query::parse(query.to_string().as_bytes(), &machine(), ceiling);
    query.map(|query| query.limit).map_err(|error| error.to_string())
}

#[test]
fn the_default_keeps_below_the_ceiling() {
    for (ceiling, expected) in [
        (LimitCeiling::Rows(10_000), 1000),
        (LimitCeiling::Rows(1000), 1000),
        (LimitCeiling::Rows(999), 999),
        (LimitCeiling::Rows(1), 1),
        (LimitCeiling::OfDataSource(999), 999),
        (LimitCeiling::OfDataSource(20_000), 1000),
        (LimitCeiling::None, 1000),
    ] {
        assert_eq!(limit(&json!({}), ceiling), Ok(Some(expected)), "{ceiling:?}");
    }
}

#[test]
fn up_to_the_ceiling() {
    for rows in [1, 500] {
        assert_eq!(limit(&json!({ "limit": rows }), LimitCeiling::Rows(500)), Ok(Some(rows)));
    }
}

#[test]
fn above_the_ceiling_it_is_refused_not_clamped() {
    let expected = "limit: 501 is not allowed; it takes a whole number of rows a second from 1 to 500";
    assert_eq!(limit(&json!({ "limit": 501 }), LimitCeiling::Rows(500)), Err(expected.to_owned()));
}

#[test]
fn a_refusal_says_whose_ceiling_it_is() {
    let expected = "limit: 501 is not allowed; it takes a whole number of rows a second from 1 to 500, the ceiling \
                    (maxLimit) in the data source's settings";
    for value in [json!(501), json!(10_000)] {
        let expected = expected.replace("501", &value.to_string());
        assert_eq!(limit(&json!({ "limit": value }), LimitCeiling::OfDataSource(500)), Err(expected));
    }
    assert_eq!(limit(&json!({ "limit": 500 }), LimitCeiling::OfDataSource(500)), Ok(Some(500)));
}

#[test]
fn null_is_allowed_without_a_ceiling_only() {
    assert_eq!(limit(&json!({ "limit": null }), LimitCeiling::None), Ok(None));
    let expected =
        "limit: null is not allowed; it takes a whole number of rows a second from 1 to 4294967295";
    assert_eq!(limit(&json!({ "limit": null }), LimitCeiling::Rows(u32::MAX)), Err(expected.to_owned()));
}

#[test]
fn without_a_ceiling_any_number_goes() {
    for rows in [1, 10_001, u32::MAX] {
        assert_eq!(limit(&json!({ "limit": rows }), LimitCeiling::None), Ok(Some(rows)));
    }
}

#[test]
fn no_numbers_of_rows() {
    let wrong = [
        json!(0),
        json!(-1),
        json!(0.5),
        json!(1000.1),
        json!("1000"),
        json!(true),
        json!([]),
        json!({}),
        json!(4_294_967_296_u64),
        json!(u64::MAX),
        json!(1e300),
    ];
    for value in wrong {
        for (ceiling, allowed) in [
            (LimitCeiling::Rows(10_000), "it takes a whole number of rows a second from 1 to 10000"),
            (LimitCeiling::None, "it takes a whole number of rows a second, 1 or more, or null for all"),
        ] {
            let expected = format!("limit: {value} is not allowed; {allowed}");
            assert_eq!(limit(&json!({ "limit": value }), ceiling), Err(expected));
        }
    }
}

/// A saved query keeps the limit that it had as one of packets, or under a higher ceiling.
#[test]
fn kinds_without_rows_do_not_fail_for_a_lower_ceiling() {
    for ceiling in [LimitCeiling::Rows(500), LimitCeiling::OfDataSource(500), LimitCeiling::Rows(10_000)] {
        let expected = ceiling.default_limit();
        for kind in ["rates", "flows", "capture"] {
            for rows in [1, 501, 1000, 10_000] {
                assert_eq!(
                    limit(&json!({ "kind": kind, "limit": rows }), ceiling),
                    Ok(expected),
                    "{kind} {rows}"
                );
            }
            for value in [json!(0), json!(10_001), json!("1000"), json!(null)] {
                let refused = format!(
                    "limit: {value} is not allowed; it takes a whole number of rows a second from 1 to 10000"
                );
                assert_eq!(limit(&json!({ "kind": kind, "limit": value }), ceiling), Err(refused), "{kind}");
            }
        }
    }
    let high = LimitCeiling::Rows(20_000);
    assert_eq!(limit(&json!({ "kind": "rates", "limit": 20_000 }), high), Ok(Some(1000)));
    assert_eq!(limit(&json!({ "kind": "rates", "limit": null }), LimitCeiling::None), Ok(Some(1000)));
}
