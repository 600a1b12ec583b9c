//! Variables of a dashboard in the text of a query. The front end replaces them before it asks; what has come here as
//! it was written has nobody who does.

use std::ops::Range;

/// The first variable in a text, as it is written: `$name`, `${name}` with what else stands in the braces, `[[name]]`.
pub(super) fn variable_in(text: &str) -> Option<&str> {
    text.char_indices().find_map(|(start, _)| variable_at_start(text.get(start..)?))
}

/// Where variables stand in a text (bytes), from left to right.
pub fn variables_in(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (start, _) in text.char_indices() {
        let behind = found.last().map_or(0, |variable| variable.end);
        if start >= behind
            && let Some(variable) = text.get(start..).and_then(variable_at_start)
        {
            found.push(start..start + variable.len());
        }
    }
    found
}

fn variable_at_start(text: &str) -> Option<&str> {
    let (open, close) =
        [("${", "}"), ("[[", "]]"), ("$", "")].into_iter().find(|(open, _)| text.starts_with(open))?;
    let rest = text.get(open.len()..)?;
    let name = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    // `$1` is none that a dashboard can have.
    if name == 0 || rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let length = if close.is_empty() { name } else { rest.find(close)? + close.len() };
    text.get(..open.len() + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_as_they_are_written() {
        for (text, variable) in [
            ("$interface", "$interface"),
            ("host $hosts and tcp", "$hosts"),
            ("port ${ports:csv} or $other", "${ports:csv}"),
            ("vlan [[vlans]]", "[[vlans]]"),
            ("$1 ${} $_a-b", "$_a"),
            ("ü$ö$x", "$x"),
        ] {
            assert_eq!(variable_in(text), Some(variable), "{text}");
        }
    }

    #[test]
    fn each_is_found_where_it_stands() {
        assert_eq!(variables_in("ü $a${b:csv}-[[c]] $1 ${d"), [3..5, 5..13, 14..19]);
        assert!(variables_in("tcp").is_empty());
    }

    #[test]
    fn other_texts_have_none() {
        for text in
            ["", "eth0", "tcp[13] & 2 != 0", "ip[ip[0]]", "tcp[[13]]", "$", "$$", "${open", "[[open]", "${7}"]
        {
            assert_eq!(variable_in(text), None, "{text}");
        }
    }
}
