//! What was given, as an error quotes it: a query or a setting may be of any size, a message may not.

/// The beginning of a text, with `…` behind what was cut.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        text.to_owned()
    } else {
        text.chars().take(MOST).chain("…".chars()).collect()
    }
}
