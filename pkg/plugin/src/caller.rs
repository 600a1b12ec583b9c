//! What an answer is for: a panel that somebody looks at, something that asks again and again and never subscribes, or somebody
//! who asks and never subscribes.

use std::collections::HashMap;

use grafana_plugin_sdk::pluginv2::User;

use crate::access::is_service;

/// Who asks, as far as the answer depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// An alert rule, a public dashboard: it has no stream, and will ask again. Who they are is Grafana's word; a header is
    /// anybody's.
    pub comes_again: bool,
    /// An alert rule, or its preview: it takes time series only, one field of numbers each.
    pub is_rule: bool,
    /// A person's expression (`$A * 2`), which Grafana evaluates on the server, the preview of a rule, or a script: it has no
    /// stream, and may never ask again.
    pub has_no_stream: bool,
}

/// The header that Grafana sets for alert rules. Any browser can send it too.
const ALERT: &str = "FromAlert";
/// The header that a page sets where expressions are evaluated beside the query.
const EXPRESSION: &str = "http_X-Grafana-From-Expr";
/// The header that a page sets with every query; who asks Grafana's HTTP API by other means does not.
const DATA_SOURCE: &str = "http_X-Datasource-Uid";

impl Caller {
    /// By the headers of a call, and by who makes it.
    #[must_use]
    pub fn of(headers: &HashMap<String, String>, user: Option<&User>) -> Self {
        let is_rule = headers.get(ALERT).is_some_and(|value| value == "true");
        let comes_again = user.is_some_and(is_service);
        let has = |name| headers.get(name).is_some_and(|value| !value.is_empty());
        let has_no_stream = !comes_again && (is_rule || has(EXPRESSION) || !has(DATA_SOURCE));
        Self { comes_again, is_rule, has_no_stream }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(headers: &[(&str, &str)], login: &str) -> Caller {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let user = User { login: login.to_owned(), name: login.to_owned(), ..User::default() };
        Caller::of(&headers, Some(&user))
    }

    #[test]
    fn alert_rules_come_again() {
        let rule = Caller { comes_again: true, is_rule: true, has_no_stream: false };
        assert_eq!(caller(&[("FromAlert", "true")], "grafana_scheduler"), rule);
    }

    /// The preview of a rule, which its author sees, and whoever sends the header from a browser.
    #[test]
    fn a_person_does_not_come_again_whatever_the_headers_say() {
        let preview = Caller { comes_again: false, is_rule: true, has_no_stream: true };
        assert_eq!(caller(&[("FromAlert", "true"), ("http_X-Rule-Uid", "a")], "admin"), preview);
    }

    #[test]
    fn public_dashboards_do_and_panels_do_not() {
        let public = Caller { comes_again: true, is_rule: false, has_no_stream: false };
        assert_eq!(caller(&[], "service"), public);
        let panel = [("http_X-Panel-Id", "2"), ("FromAlert", "false"), ("http_X-Datasource-Uid", "p4ck3ts")];
        assert_eq!(caller(&panel, "admin"), Caller::default());
    }

    #[test]
    fn expressions_and_scripts_have_no_stream() {
        let expected = Caller { has_no_stream: true, ..Caller::default() };
        let expression =
            [("http_X-Grafana-From-Expr", "true"), ("http_X-Datasource-Uid", "p4ck3ts, __expr__")];
        assert_eq!(caller(&expression, "admin"), expected);
        assert_eq!(caller(&[("http_X-Grafana-Org-Id", "1")], "admin"), expected);
        assert_eq!(Caller::of(&HashMap::new(), None), expected);
        assert!(!caller(&[("http_X-Grafana-From-Expr", "true")], "service").has_no_stream, "it comes again");
    }
}
