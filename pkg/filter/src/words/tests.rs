use std::collections::BTreeSet;

use super::*;
use crate::Filter;

#[test]
fn every_keyword_is_one() {
    for (word, _, example) in KEYWORDS {
        assert!(example.split([' ', '[']).any(|part| part == *word), "{example} has no {word}");
        Filter::parse(example).unwrap();
    }
}

/// So the kind of a word can be told without where it stands, but for these: tunnels are named as the services that carry
/// them, the place of TCP flags as the flags themselves, and `df` is a flag and a code point.
#[test]
fn few_names_are_keywords() {
    let names = all()
        .filter(|word| !matches!(word.kind, WordKind::Keyword | WordKind::Protocol | WordKind::Ethertype));
    let both: BTreeSet<(WordKind, &str)> =
        names.filter(|word| is_reserved(word.text)).map(|word| (word.kind, word.text)).collect();
    let expected = [
        (WordKind::Service, "geneve"),
        (WordKind::Service, "vxlan"),
        (WordKind::CodePoint, "df"),
        (WordKind::Number, "tcpflags"),
    ];
    assert_eq!(both, expected.into());
}

#[test]
fn conditions_begin_with_these() {
    for word in beginning_conditions() {
        let example = KEYWORDS.iter().find(|(text, ..)| *text == word).unwrap().2;
        let begins = example.split([' ', '[']).next() == Some(word);
        // `proto` and `multicast` are shown behind what they are of.
        assert!(begins || matches!(word, "proto" | "protochain" | "multicast"), "{word}");
    }
    assert_eq!(beginning_conditions().count(), KEYWORDS.len() - 3);
}

#[test]
fn every_other_word_stands_where_its_kind_does() {
    for word in all() {
        let text = match word.kind {
            WordKind::Keyword => continue,
            WordKind::Protocol | WordKind::Ethertype => word.text.to_owned(),
            WordKind::Service => format!("port {}", word.text),
            WordKind::CodePoint => format!("dscp {}", word.text),
            WordKind::Number if word.text == "tcpflags" => "tcp[tcpflags] = 2".to_owned(),
            WordKind::Number => format!("tcp[13] = {}", word.text),
        };
        assert!(Filter::parse(&text).is_ok(), "{text}");
    }
}

#[test]
fn a_word_is_there_once_in_each_place() {
    let mut seen = BTreeSet::new();
    for word in all() {
        assert!(seen.insert((word.kind, word.text)), "{} twice", word.text);
        assert!(!word.meaning.is_empty());
    }
    let of = |kind| seen.iter().filter(|(other, _)| *other == kind).count();
    let services =
        include_str!("../../data/services.tsv").lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!((of(WordKind::Keyword), of(WordKind::Service)), (KEYWORDS.len(), services));
}
