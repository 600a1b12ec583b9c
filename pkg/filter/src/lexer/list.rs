//! Lists of values in braces: `host {192.0.2.1,192.0.2.2}`, `net 10.0.{1,2}.0/24`, `vlan {}`.

use std::ops::Range;

use crate::error::Reason;

/// Values at most that a word with lists comes to.
const MAX_VALUES: usize = 32_768;

/// A list in a word.
pub(super) struct List<'t> {
    /// Where it stands: bytes from the beginning of the word, braces included.
    pub(super) place: Range<usize>,
    /// Its values, each with the bytes between the opening brace and it.
    pub(super) values: Vec<(usize, &'t str)>,
}

/// Why a word is none, and where: bytes from its beginning.
pub(super) struct NoWord {
    pub(super) place: Range<usize>,
    pub(super) reason: Reason,
}

/// The list that begins at the byte `at` of `text`, which is an opening brace; nothing where a filter stands in the
/// braces, which has no commas in it and is more than a value.
pub(super) fn read(text: &str, at: usize) -> Result<Option<List<'_>>, NoWord> {
    let rest = text.get(at..).unwrap_or_default();
    // No list has another brace in it.
    let brace = rest.match_indices(['{', '}']).nth(1);
    let length = match brace {
        Some((length, "}")) => length,
        Some(_) => return Ok(None),
        None => {
            let reason = "a list of values in braces has no end; write } behind the last of them";
            let is_list = rest.contains(',');
            let no_end = NoWord { place: at..at + 1, reason: Reason::Refused(reason.into()) };
            return if is_list { Err(no_end) } else { Ok(None) };
        }
    };
    let place = at..at + length + 1;
    let inner = rest.get(1..length).unwrap_or_default();
    if inner.trim().is_empty() {
        return Ok(Some(List { place, values: Vec::new() }));
    }
    let is_filter = !inner.contains(',') && !is_value(inner.trim());
    if is_filter {
        return Ok(None);
    }
    let mut behind = 1;
    let mut values = Vec::new();
    for part in inner.split(',') {
        let value = part.trim();
        let start = behind + (part.len() - part.trim_start().len());
        if !is_value(value) {
            let reason = Reason::Expected("one value, such as a number, a name or an address,".into());
            return Err(NoWord { place: at + start..at + start + value.len(), reason });
        }
        values.push((start, value));
        behind += part.len() + 1;
    }
    Ok(Some(List { place, values }))
}

/// Whether a text can be nothing but a value: no word that joins conditions, no sign but those in addresses.
fn is_value(text: &str) -> bool {
    let name = text.strip_prefix('\\').unwrap_or(text);
    let is_one = !name.is_empty() && name.chars().all(|c| is_inner(c) || matches!(c, ':' | '/'));
    is_one && !matches!(name, "and" | "or" | "not")
}

/// `word` with each combination of the values in its lists, and the byte where it stands that is a value alone.
pub(super) fn spread(word: &str, lists: &[List<'_>]) -> Result<Vec<(Option<usize>, String)>, NoWord> {
    let count = lists.iter().try_fold(1_usize, |count, list| count.checked_mul(list.values.len()));
    if count.is_none_or(|count| count > MAX_VALUES) {
        let reason = format!("lists in braces come to {MAX_VALUES} values at most");
        return Err(NoWord { place: 0..word.len(), reason: Reason::Refused(reason) });
    }
    if let [List { place, values }] = lists
        && *place == (0..word.len())
    {
        return Ok(values.iter().map(|(start, value)| (Some(*start), (*value).to_owned())).collect());
    }
    let mut texts = vec![String::new()];
    let mut behind = 0;
    for List { place, values } in lists {
        let literal = word.get(behind..place.start).unwrap_or_default();
        behind = place.end;
        let each = |text: String| values.iter().map(move |(_, value)| format!("{text}{literal}{value}"));
        texts = texts.into_iter().flat_map(each).collect();
    }
    let literal = word.get(behind..).unwrap_or_default();
    Ok(texts.into_iter().map(|text| (None, text + literal)).collect())
}

/// Whether `c` can stand inside of a word, colons apart.
pub(super) fn is_inner(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')
}
