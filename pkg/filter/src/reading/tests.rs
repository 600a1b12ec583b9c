use super::*;

mod conditions;
mod expected;
mod parts;

/// Where `$name` and `${name}` stand.
fn variables(text: &str) -> Vec<Range<usize>> {
    let name = |rest: &str| rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let end = |rest: &str| {
        if rest.starts_with('{') {
            rest.find('}').map(|end| end + 1)
        } else {
            Some(name(rest)).filter(|end| *end > 0)
        }
    };
    let places = text.match_indices('$');
    places.filter_map(|(at, _)| Some(at..at + 1 + end(text.get(at + 1..)?)?)).collect()
}

/// What is read of a text in which a bar, if there is one, is the cursor.
fn read(marked: &str) -> Reading {
    let cursor = marked.find('|').map(|at| marked.get(..at).unwrap_or_default().chars().count());
    let text = marked.replacen('|', "", 1);
    Reading::new(&text, &variables(&text), cursor)
}

/// The same where bars are a part of the text.
fn read_text(text: &str) -> Reading {
    Reading::new(text, &variables(text), None)
}

#[test]
fn of_a_text_that_is_too_long_nothing_is_shown() {
    let reading = read_text(&"tcp and ".repeat(1025));
    assert_eq!((reading.parts.len(), reading.expected), (0, None));
    assert_eq!(reading.conditions.unwrap_err().to_string(), "it has more than 8192 bytes");
}
