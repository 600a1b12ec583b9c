//! Whether the names can be had that the administrator has switched on.

use xdplive_source::{Check, Outcome, Source};

/// What a person reads who has switched something on that does nothing.
const FIX: &str = "fix what it says, or take the setting away; names from elsewhere are shown all the same";

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
