//! What an editor shows of any text, with variables anywhere in it.

use std::ops::Range;

use proptest::{prelude::*, string::string_regex};
use xdplive_filter::{
    Filter,
    reading::{Class, Completion, Reading, ValueKind},
};

use crate::{
    config,
    texts::{filters, salad},
};

/// A text, where a variable is said to be in it, and a cursor: the last two anywhere.
fn texts() -> impl Strategy<Value = (String, Vec<Range<usize>>, usize)> {
    let text = prop_oneof![
        any::<String>(),
        salad(),
        filters(),
        string_regex("[(){},$\\[\\]!a-c0-9:./ <>=&|-]{0,40}").unwrap(),
    ];
    text.prop_flat_map(|text| {
        let places: Vec<usize> = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
        let (last, cursors) = (places.len(), text.chars().count() + 2);
        (Just(text), 0..last, 0..last, 0..cursors).prop_map(move |(text, a, b, cursor)| {
            let variable = places[a.min(b)]..places[a.max(b)];
            (text, if variable.is_empty() { Vec::new() } else { vec![variable] }, cursor)
        })
    })
}

proptest! {
    #![proptest_config(config())]

    /// Each character but white space is in exactly one part, from left to right.
    #[test]
    fn parts_cover_the_text((text, variables, cursor) in texts()) {
        let reading = Reading::new(&text, &variables, Some(cursor));
        let mut covered = vec![false; text.chars().count()];
        let mut behind = 0;
        for part in &reading.parts {
            prop_assert!(part.length > 0 && part.start >= behind, "{}: {:?}", text, reading.parts);
            behind = part.start + part.length;
            prop_assert!(behind <= covered.len(), "{}: {:?}", text, part);
            covered[part.start..behind].fill(true);
        }
        let is_variable = |byte: usize| variables.iter().any(|variable| variable.contains(&byte));
        for ((byte, character), is_covered) in text.char_indices().zip(covered) {
            prop_assert!(
                is_covered || character.is_whitespace(),
                "{:?} at {} of {:?}: {:?}", character, byte, text, reading.parts
            );
            prop_assert!(
                !is_covered || !character.is_whitespace() || is_variable(byte),
                "{:?} at {} of {:?}: {:?}", character, byte, text, reading.parts
            );
        }
    }

    /// The word at the cursor is a piece of the text, and what is offered is offered once.
    #[test]
    fn the_word_at_the_cursor_is_in_the_text((text, variables, cursor) in texts()) {
        let count = text.chars().count();
        if let Some(expected) = Reading::new(&text, &variables, Some(cursor)).expected {
            let cursor = cursor.min(count);
            prop_assert!(expected.start <= cursor && cursor <= expected.start + expected.length);
            prop_assert!(expected.start + expected.length <= count);
            for (place, completion) in expected.completions.iter().enumerate() {
                prop_assert!(!expected.completions[..place].contains(completion), "{}: {:?}", text, completion);
            }
        }
    }

    /// Of a right filter, each keyword is among what could stand where it does.
    #[test]
    fn keywords_are_expected_where_they_stand(text in filters()) {
        prop_assume!(Filter::parse(&text).is_ok());
        let characters: Vec<char> = text.chars().collect();
        for part in Reading::new(&text, &[], None).parts {
            let word: String = characters[part.start..part.start + part.length].iter().collect();
            let is_word = part.class == Class::Keyword || matches!(word.as_str(), "and" | "or" | "not");
            // `protochain` is another word for what is offered; there is none within a list in braces.
            let expected = Reading::new(&text, &[], Some(part.start + 1)).expected;
            let Some(expected) = expected.filter(|_| is_word && word != "protochain") else { continue };
            let offered = |one: &Completion| match one {
                Completion::Word(offered) => *offered == word,
                Completion::Value(kind) => *kind == ValueKind::Number,
            };
            prop_assert!(expected.completions.iter().any(offered), "{} of {}: {:?}", word, text, expected);
        }
    }
}
