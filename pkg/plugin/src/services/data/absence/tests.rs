use super::*;
use crate::{settings::LimitCeiling, tests::machine};

/// A range that was over when it was asked for.
const PAST: RangeInclusive<i64> = 0..=100_000;

fn text(query: &str, range: &RangeInclusive<i64>, now: i64, settings: &[(&str, &str)]) -> Option<String> {
    let get =
        |asked: &str| settings.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned());
    let (server, errors) = ServerSettings::read(get, &crate::settings::Ceiling::default());
    assert_eq!(errors, []);
    let query = Query::parse(query.as_bytes(), &machine(), LimitCeiling::None).unwrap();
    let notice = notice_of_absence(&query, range, now, &server)?;
    assert_eq!(notice["severity"], "info");
    notice["text"].as_str().map(str::to_owned)
}

#[test]
fn each_kind_says_what_is_kept() {
    for (query, expected) in [
        (
            "{}",
            "No packets are kept of this time range. What is kept: the last 10000 rows that panels with this query were \
             sent, while Grafana runs and other queries leave them room.",
        ),
        (
            r#"{"limit":null}"#,
            "No packets are kept of this time range. What is kept: nothing of a query without a limit.",
        ),
        (
            r#"{"kind":"rates"}"#,
            "No counts are kept of this time range. What is kept: the last 60 minutes of what somebody looked at, alert \
             rules asked for or the setting watch names, while Grafana runs.",
        ),
        (
            r#"{"kind":"rates","groupBy":"vlan","filter":"udp"}"#,
            "No groups are kept of this time range. What is kept: the last 40000 rows that panels with this query were \
             sent, while Grafana runs and other queries leave them room.",
        ),
        (
            r#"{"kind":"rates","groupBy":"vlan"}"#,
            "No groups are kept of this time range. What is kept: the last 60 minutes of interfaces that the setting watch \
             names, and the last 40000 rows that panels with this query were sent, while Grafana runs and other queries \
             leave them room.",
        ),
        (
            r#"{"kind":"flows"}"#,
            "No conversations are kept of this time range. What is kept: the last table alone, which is of now.",
        ),
        (
            r#"{"kind":"capture"}"#,
            "No accounts are kept of this time range. What is kept: the last 60 minutes of what was watched, 100000 rows \
             at most, while Grafana runs.",
        ),
    ] {
        assert_eq!(text(query, &PAST, 1_000_000, &[]).as_deref(), Some(expected), "{query}");
    }
}

#[test]
fn it_is_as_much_as_the_administrator_has_kept() {
    for (settings, query, expected) in [
        (("history_rows", "7"), "{}", "the last 7 rows that panels with this query were sent"),
        (("history_rows", "0"), "{}", "nothing, as the server's administrator has it (history_rows = 0)."),
        (("history_seconds", "90"), r#"{"kind":"rates"}"#, "the last 90 seconds of what"),
        (("history_seconds", "7200"), r#"{"kind":"rates"}"#, "the last 120 minutes of what"),
    ] {
        let text = text(query, &PAST, 1_000_000, &[settings]).unwrap();
        assert!(text.contains(&format!("What is kept: {expected}")), "{text}");
    }
}

/// The stream of a range that ends now says for itself why nothing comes.
#[test]
fn of_what_is_not_over_nothing_is_said() {
    for (now, is_said) in [(99_000, false), (100_000, false), (105_000, false), (105_001, true)] {
        assert_eq!(text("{}", &PAST, now, &[]).is_some(), is_said, "{now}");
    }
}

#[test]
fn a_beginning_that_is_missing_is_told_with_its_length() {
    let text = |from: i64| Some(notice_of_gap(&PAST, from)?["text"].as_str()?.to_owned());
    for (from, expected) in [(-1, None), (0, None), (5000, None), (5001, Some("5")), (99_400, Some("99"))] {
        let length =
            expected.map(|seconds| format!("the first {seconds} seconds of this time range are empty"));
        assert_eq!(text(from).is_some(), length.is_some(), "{from}");
        let expected = length.unwrap_or_default();
        assert!(text(from).unwrap_or_default().contains(&expected), "{from}");
    }
    let all = "Nothing is kept from before 1970-01-12 13:46:40 UTC: the first 100 seconds of this time range are empty.";
    assert_eq!(text(1_000_000_000).as_deref(), Some(all), "no more than there is");
    for (milliseconds, expected) in [
        (119_999, "120 seconds"),
        (120_000, "2 minutes"),
        (3_599_000, "60 minutes"),
        (7_199_000, "120 minutes"),
        (7_200_000, "2 hours"),
        (172_800_000, "2 days"),
    ] {
        assert_eq!(about(milliseconds), expected);
    }
}
