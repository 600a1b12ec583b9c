use super::*;

fn read(entries: &[&str]) -> InterfaceSet {
    InterfaceSet::read(entries.iter().copied()).unwrap()
}

/// Of these interfaces, those in a set; uplinks are marked.
fn of(entries: &[&str]) -> Vec<&'static str> {
    let all = [
        ("lo", false),
        ("eth0", true),
        ("eth1", true),
        ("eth0.40", false),
        ("veth1a", false),
        ("wg0", false),
    ];
    let set = read(entries);
    all.into_iter().filter(|(name, is_uplink)| set.contains(name, *is_uplink)).map(|(name, _)| name).collect()
}

#[test]
fn every_entry_chooses_what_the_table_says() {
    for (entries, expected) in [
        (&["eth0"][..], &["eth0"][..]),
        (&["eth*"], &["eth0", "eth1", "eth0.40"]),
        (&["eth?"], &["eth0", "eth1"]),
        (&["uplinks"], &["eth0", "eth1"]),
        (&["uplinks", "wg0"], &["eth0", "eth1", "wg0"]),
        (&["any"], &["lo", "eth0", "eth1", "eth0.40", "veth1a", "wg0"]),
        (&["any", "!veth*", "!lo"], &["eth0", "eth1", "eth0.40", "wg0"]),
        (&["!veth*", "!lo"], &["eth0", "eth1", "eth0.40", "wg0"]),
        (&["!uplinks"], &["lo", "eth0.40", "veth1a", "wg0"]),
        (&["eth*", "!eth1", "!uplinks"], &["eth0.40"]),
        (&["uplinks", "!eth1"], &["eth0"]),
        // What is left out is left out, whatever names it.
        (&["eth0", "!eth*"], &[]),
    ] {
        assert_eq!(of(entries), expected, "{entries:?}");
    }
}

#[test]
fn names_alone_do_not_depend_on_what_there_is() {
    assert_eq!(read(&["wg0", "eth0", "wg0"]), InterfaceSet::Named(vec!["eth0".to_owned(), "wg0".to_owned()]));
    assert_eq!(read(&["any"]), InterfaceSet::Any);
    for (entries, is_open, named) in [
        (&["eth0"][..], false, &["eth0"][..]),
        (&["any"], true, &[]),
        (&["uplinks", "eth0"], true, &["eth0"]),
        (&["eth0", "!lo"], true, &["eth0"]),
        (&["eth*"], true, &[]),
    ] {
        assert_eq!(
            (read(entries).is_open(), read(entries).named()),
            (is_open, &*named.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()),
            "{entries:?}"
        );
    }
}

#[test]
fn what_stands_for_nothing_is_refused() {
    let refused = |entries: &[&str]| InterfaceSet::read(entries.iter().copied()).unwrap_err();
    assert_eq!(refused(&[]), NoSet::Empty);
    assert_eq!(refused(&["any", "eth0"]), NoSet::BesideAny);
    assert_eq!(refused(&["any", "uplinks", "!lo"]), NoSet::BesideAny);
    assert_eq!([refused(&["!any"]), refused(&["eth0", "!"])], [NoSet::Except; 2]);
}

#[test]
fn within_others_both_must_have_it() {
    let chosen = |entries: &[&str]| Chosen::read(entries.iter().copied()).unwrap();
    let both = chosen(&["eth*"]).within(&chosen(&["uplinks"]).within(&chosen(&["!eth1"])));
    assert!(both.contains("eth0", true));
    for (name, is_uplink) in [("eth0", false), ("eth1", true), ("wg0", true)] {
        assert!(!both.contains(name, is_uplink), "{name}");
    }
    assert!(both.needs_uplinks() && !both.is_everything() && !chosen(&["!eth1"]).needs_uplinks());
    assert!(Chosen::any().is_everything() && Chosen::any().within(&Chosen::any()).is_everything());
    assert!(!Chosen::any().within(&chosen(&["*"])).is_everything());
}

#[test]
fn an_interface_may_be_called_like_a_word_or_a_pattern() {
    for (entry, name) in
        [(r"\x61ny", "any"), (r"u\x70links", "uplinks"), (r"a\x2a", "a*"), (r"\x21lo", "!lo")]
    {
        let set = read(&[entry]);
        assert_eq!(set, InterfaceSet::Named(vec![name.to_owned()]), "{entry}");
        let texts = set.texts();
        assert_eq!(read(&texts.iter().map(String::as_str).collect::<Vec<_>>()), set, "{texts:?}");
    }
    // A backslash that escapes nothing stands for itself, and equal names have one spelling.
    assert_eq!(
        read(&[r"a\b", r"a\\b", r"b\x62"]),
        InterfaceSet::Named(vec![r"a\\b".to_owned(), "bb".to_owned()])
    );
}

#[test]
fn what_is_written_is_read_as_the_same() {
    for entries in [&["eth*", "!veth*", "uplinks", "wg0", "!uplinks"][..], &["!lo"], &["any"], &["eth0"]] {
        let set = read(entries);
        let texts = set.texts();
        assert_eq!(read(&texts.iter().map(String::as_str).collect::<Vec<_>>()), set);
        assert!(texts.is_sorted(), "{texts:?}");
    }
    assert_eq!(read(&["!lo"]).texts(), ["!lo", "any"]);
}
