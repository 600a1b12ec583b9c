use crate::{Filter, FilterError};

mod errors;
mod grammar;
mod refusals;

fn parse(text: &str) -> Result<Filter, FilterError> {
    Filter::parse(text)
}

/// How the filter is printed, which shows what was understood.
fn printed(text: &str) -> String {
    match parse(text) {
        Ok(filter) => filter.to_string(),
        Err(error) => panic!("{text}: {error}"),
    }
}

/// Requires that each text is understood as the canonical text beside it.
fn assert_means(pairs: &[(&str, &str)]) {
    for (text, expected) in pairs {
        assert_eq!(printed(text), *expected, "{text}");
        assert_eq!(printed(expected), *expected, "{text}");
    }
}

/// Requires that each text is refused at the column and the word, in a sentence with these words.
fn assert_refused(cases: &[(&str, usize, &str, &str)]) {
    for (text, column, word, words) in cases {
        let error = parse(text).expect_err(text);
        let sentence = error.to_string();
        assert_eq!((error.column, error.word.as_str()), (*column, *word), "{text}: {sentence}");
        assert_eq!(error.length, text.chars().skip(column - 1).take(error.length).count(), "{text}");
        assert!(sentence.contains(words), "{text}: {sentence}");
    }
}
