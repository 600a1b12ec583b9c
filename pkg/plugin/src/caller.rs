//! What an answer is for: a panel that somebody looks at, or something that asks again and again and never subscribes.
//! Expressions in panels cannot be told from panels.

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
}

/// The header that Grafana sets for alert rules. Any browser can send it too.
const ALERT: &str = "FromAlert";

impl Caller {
    /// By the headers of a call, and by who makes it.
    #[must_use]
    pub fn of(headers: &HashMap<String, String>, user: Option<&User>) -> Self {
        let is_rule = headers.get(ALERT).is_some_and(|value| value == "true");
        Self { comes_again: user.is_some_and(is_service), is_rule }
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
        let rule = Caller { comes_again: true, is_rule: true };
        assert_eq!(caller(&[("FromAlert", "true")], "grafana_scheduler"), rule);
    }

    /// The preview of a rule, which its author sees, and whoever sends the header from a browser.
    #[test]
    fn a_person_does_not_come_again_whatever_the_headers_say() {
        let preview = Caller { comes_again: false, is_rule: true };
        assert_eq!(caller(&[("FromAlert", "true"), ("http_X-Rule-Uid", "a")], "admin"), preview);
    }

    #[test]
    fn public_dashboards_do_and_panels_do_not() {
        assert_eq!(caller(&[], "service"), Caller { comes_again: true, is_rule: false });
        assert_eq!(caller(&[("http_X-Panel-Id", "2"), ("FromAlert", "false")], "admin"), Caller::default());
        assert_eq!(Caller::of(&HashMap::new(), None), Caller::default());
    }
}
