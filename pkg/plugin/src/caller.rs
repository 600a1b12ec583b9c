//! What an answer is for: a panel that somebody looks at, or something that asks again and again and never subscribes.

use std::collections::HashMap;

use grafana_plugin_sdk::pluginv2::User;

use crate::access::is_service;

/// Who asks, as far as the answer depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// An alert rule, a public dashboard: it has no stream, and will ask again.
    pub comes_again: bool,
    /// An alert rule or an expression: it takes time series only, one field of numbers each.
    pub evaluates: bool,
}

/// Headers that Grafana sets for alert rules, and for expressions of alert rules and panels. Depending on the way that a
/// query takes, there is a prefix for headers of HTTP.
const ALERT: &str = "fromalert";
const EXPRESSION: &str = "x-grafana-from-expr";
const PREFIX: &str = "http_";

impl Caller {
    /// By the headers of a call, and by who makes it.
    #[must_use]
    pub fn of(headers: &HashMap<String, String>, user: Option<&User>) -> Self {
        let is_set = |wanted: &str| {
            headers.iter().any(|(name, value)| {
                let name = name.to_ascii_lowercase();
                name.strip_prefix(PREFIX).unwrap_or(&name) == wanted && value == "true"
            })
        };
        let alert = is_set(ALERT);
        Self { comes_again: alert || user.is_some_and(is_service), evaluates: alert || is_set(EXPRESSION) }
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
    fn alert_rules_come_again_and_evaluate() {
        let rule = Caller { comes_again: true, evaluates: true };
        assert_eq!(caller(&[("FromAlert", "true")], "grafana_scheduler"), rule);
        // The preview of a rule, which its author sees.
        assert_eq!(caller(&[("FromAlert", "true"), ("X-Rule-Uid", "a")], "admin"), rule);
    }

    #[test]
    fn expressions_evaluate_and_panels_do_not() {
        let expression = Caller { comes_again: false, evaluates: true };
        for header in ["X-Grafana-From-Expr", "http_X-Grafana-From-Expr"] {
            assert_eq!(caller(&[(header, "true")], "admin"), expression);
        }
        assert_eq!(caller(&[("X-Panel-Id", "2"), ("FromAlert", "false")], "admin"), Caller::default());
        assert_eq!(caller(&[], "service"), Caller { comes_again: true, evaluates: false });
        assert_eq!(Caller::of(&HashMap::new(), None), Caller::default());
    }
}
