//! Whether the names can be had that the administrator has switched on.

use xdplive_source::{Check, Outcome, Source};

use crate::naming::{LookupCounts, Lookups};

/// What a person reads who has switched something on that does nothing.
const FIX: &str = "fix what it says, or take the setting away; names from elsewhere are shown all the same";

/// Questions in a row without an answer that are no accident.
const SILENCE: u64 = 5;

/// Files and sockets that there are not.
pub(super) fn of_what_is_missing(reasons: &[String]) -> Option<Check> {
    let detail = reasons.join("; ");
    (!reasons.is_empty()).then(|| Check::bad("names and places", Outcome::Warning, detail, FIX.to_owned()))
}

/// Those that the DNS is asked for.
pub(super) fn of_lookups(lookups: &Lookups) -> Check {
    const NAME: &str = "reverse look-ups";
    let servers: Vec<String> = lookups.servers().iter().map(|server| server.ip().to_string()).collect();
    let LookupCounts { named, without, failed, failed_in_a_row, left_out, refused } = lookups.counts();
    let servers = servers.join(", ");
    if failed_in_a_row >= SILENCE {
        let detail = format!(
            "reverse_lookups is on, and no server ({servers}, of /etc/resolv.conf when the plugin started) has answered the last \
             {failed_in_a_row} questions"
        );
        return Check::bad(NAME, Outcome::Warning, detail, FIX.to_owned());
    }
    let detail = format!(
        "asked of {servers}: {named} addresses have a name, {without} have none, of {failed} nothing was told; {left_out} times too \
         many waited, {refused} messages were no answers"
    );
    Check::ok(NAME, detail)
}

/// Those in answers of the DNS. Nothing is attached for it.
pub(super) async fn of_answers(source: &dyn Source) -> Check {
    const NAME: &str = "names from DNS answers";
    if let Some(reason) = source.no_learning().await {
        let detail = format!("dns_answers is on, and no answers can be read: {reason}");
        return Check::bad(NAME, Outcome::Warning, detail, FIX.to_owned());
    }
    let counts = source.learnt().map(|names| names.counts()).unwrap_or_default();
    let detail = format!(
        "{} addresses have a name from {} answers; {} had none, {} were refused, {} lost, {} not asked for",
        counts.known, counts.read, counts.without, counts.refused, counts.lost, counts.unasked
    );
    Check::ok(NAME, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_and_cannot_work_is_a_warning_with_its_reason() {
        assert_eq!(of_what_is_missing(&[]), None);
        let reasons = ["/a.mmdb cannot be read: x".to_owned(), "the DNS cannot be asked".to_owned()];
        let check = of_what_is_missing(&reasons).unwrap();
        assert_eq!(
            (check.outcome, check.detail.as_str()),
            (Outcome::Warning, "/a.mmdb cannot be read: x; the DNS cannot be asked")
        );
    }
}
