//! What somebody may have meant by a filter that has a fault.
//!
//! A suggestion is only made if the filter is right up to its end once it is taken.
//!
//! | module | for |
//! |---|---|
//! | `foreign` | conditions in the language of Wireshark's display filters |
//! | `spelling` | words that are nearly right |

mod foreign;
mod spelling;

use crate::{
    error::{FilterError, Reason, Suggestion},
    lexer::lex,
    parse,
    parse::Parsed,
    vocabulary::{services, wireshark},
};

/// Conditions at most that one suggestion writes anew.
const MAX_CONDITIONS: usize = 16;

/// The fault, with what may have been meant by the `text` that has it; also at another place of the text, where the
/// cause of the fault is.
pub(crate) fn explained(text: &str, error: FilterError) -> FilterError {
    match foreign::first(text, error.column) {
        Some(foreign) => of_foreign(text, foreign),
        None => {
            let suggestions = of_word(text, &error);
            FilterError { suggestions, ..error }
        }
    }
}

/// The first condition is foreign; where several are, they are all written anew.
fn of_foreign(text: &str, first: foreign::Foreign) -> FilterError {
    let (place, column, word, reason) = (first.place, first.fault, first.word.clone(), first.reason());
    let mut suggestion = first.here.map(|here| Suggestion::new(place, here));
    let mut rewritten = suggestion.as_ref().map(|suggestion| suggestion.applied(text));
    for _ in 1..MAX_CONDITIONS {
        let Some(next) = rewritten.as_deref().and_then(|text| Some((text, fault(text)?))) else { break };
        let (written, error) = next;
        let Some(foreign) = foreign::first(written, error.column) else { break };
        let Some(here) = foreign.here else { break };
        let whole = Suggestion::new(foreign.place, here).applied(written);
        let all = (1, text.chars().count());
        suggestion = Some(Suggestion::new(all, whole.clone()));
        rewritten = Some(whole);
    }
    let is_right = rewritten.is_some_and(|text| fault(&text).is_none());
    let suggestions = suggestion.filter(|_| is_right).into_iter().collect();
    let length = word.chars().count();
    FilterError { column, length, word, reason: Reason::Refused(reason), suggestions }
}

/// What may have been meant by the word at fault.
fn of_word(text: &str, error: &FilterError) -> Vec<Suggestion> {
    if error.word.is_empty() {
        return Vec::new();
    }
    let place = (error.column, error.length);
    let before: String = text.chars().take(error.column.saturating_sub(1)).collect();
    let expected = parse::wanted(&lex(&before, &[]));
    let known = wireshark::protocol(&error.word).map(str::to_owned).or_else(|| {
        let is_service =
            expected.contains(&parse::Wanted::Condition) && services::service(&error.word).is_some();
        is_service.then(|| format!("port {}", error.word))
    });
    let candidates = match known {
        Some(known) => vec![known],
        None => spelling::nearest(&error.word, &expected),
    };
    let made = candidates.into_iter().map(|word| Suggestion::new(place, word));
    made.filter(|suggestion| leads_on(text, suggestion)).collect()
}

/// Whether nothing up to the end of the suggestion is at fault once it is taken.
fn leads_on(text: &str, suggestion: &Suggestion) -> bool {
    let end = suggestion.column + suggestion.text.chars().count();
    fault(&suggestion.applied(text)).is_none_or(|error| error.column > end)
}

fn fault(text: &str) -> Option<FilterError> {
    let read: Parsed<_> = parse::written(&lex(text, &[]));
    read.err()
}

#[cfg(test)]
mod tests;
