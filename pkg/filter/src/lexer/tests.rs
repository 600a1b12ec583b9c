use super::{Kind, Token, lex};

/// The texts of the tokens, separated by bars.
fn split(text: &str) -> String {
    let tokens = lex(text, &[]).tokens;
    let texts = tokens.iter().filter(|token| token.kind != Kind::End).map(|token| token.text.as_str());
    texts.collect::<Vec<_>>().join("|")
}

#[test]
fn words_and_signs() {
    assert_eq!(split("tcp[0:2]&&!(len<=5)||a<<b"), "tcp|[|0|:|2|]|&&|!|(|len|<=|5|)||||a|<<|b");
    assert_eq!(split("net 10.0.0.0/8"), "net|10.0.0.0|/|8");
    assert_eq!(split("tcp[13]-1>len"), "tcp|[|13|]|-|1|>|len");
}

/// A colon is a part of an address, but not between square brackets.
#[test]
fn colons() {
    assert_eq!(split("host ::1 or 2001:db8::"), "host|::1|or|2001:db8::");
    assert_eq!(split("ether[6:4] = 1:2"), "ether|[|6|:|4|]|=|1:2");
}

/// As in libpcap, a hyphen is a part of a word unless it ends it.
#[test]
fn hyphens() {
    assert_eq!(split("tcp-syn 80-90 ip6-x- 1"), "tcp-syn|80-90|ip6-x|-|1");
}

#[test]
fn escaped_words() {
    let tokens = lex(r"proto \tcp", &[]).tokens;
    assert_eq!((tokens[1].kind, tokens[1].text.as_str()), (Kind::Escaped, "tcp"));
    // The backslash is a part of what is marked.
    assert_eq!((tokens[1].span.start, tokens[1].span.end), (6, 10));
}

/// Each value of a list in braces, tokens joined by spaces.
fn listed(text: &str) -> Vec<String> {
    let lexed = lex(text, &[]);
    assert_eq!(lexed.fault, None, "{text}");
    let texts =
        |value: &Vec<Token>| value.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
    lexed.lists.iter().flatten().map(texts).collect()
}

#[test]
fn lists_in_braces() {
    assert_eq!(listed("port {80,443}"), ["80", "443"]);
    assert_eq!(listed("net { 10.0.0.0/8 , fd00::/8 }"), ["10.0.0.0 / 8", "fd00:: / 8"]);
    assert_eq!(listed("net 10.{0,1}.{2,3}.0/24"), ["10.0.2.0", "10.0.3.0", "10.1.2.0", "10.1.3.0"]);
    assert_eq!(listed("portrange 80-{85,90}"), ["80-85", "80-90"]);
    assert_eq!(listed(r"proto {\tcp,47}"), ["tcp", "47"]);
    // What is more than a value has no list around it.
    assert_eq!(split("not {udp or arp}"), "not|{|udp|or|arp|}");
    assert_eq!((split("10{a b}"), split("{udp")), ("10|{|a|b|}".to_owned(), "{|udp".to_owned()));
    // One value is a word, and none is one that nobody knows.
    assert_eq!((split("port {80}"), listed("port {80}").len()), ("port|80".to_owned(), 0));
    let kinds = |text| lex(text, &[]).tokens.iter().map(|token| token.kind).collect::<Vec<_>>();
    assert_eq!(kinds("port {}"), [Kind::Word, Kind::Open, Kind::End]);
    assert_eq!(kinds("net 10.{}.0.0/16"), [Kind::Word, Kind::Open, Kind::Sign, Kind::Word, Kind::End]);
    assert_eq!(kinds("port .*)"), [Kind::Word, Kind::Open, Kind::Sign, Kind::End]);
}

/// Where a value stands that is all of its word; else it is the whole word.
#[test]
fn values_in_braces_have_a_place() {
    let places = |text| {
        let lexed = lex(text, &[]);
        lexed
            .lists
            .concat()
            .concat()
            .iter()
            .map(|token| (token.span.start, token.span.end))
            .collect::<Vec<_>>()
    };
    assert_eq!(places("port {80, 443}"), [(6, 8), (10, 13)]);
    assert_eq!(places("portrange {1,2}-9"), [(10, 17), (10, 17)]);
}

#[test]
fn faults() {
    let fault = |text| {
        let fault = lex(text, &[]).fault.unwrap();
        (fault.column, fault.word)
    };
    assert_eq!(fault("port {80,443"), (6, "{".into()));
    assert_eq!(fault("port {80,}"), (10, String::new()));
    assert_eq!(fault("host {10.0.0.1,a b}"), (16, "a b".into()));
    assert_eq!(fault("tcp {and,or} udp"), (6, "and".into()));
    assert_eq!(fault("port {(80),1}"), (7, "(80)".into()));
    assert_eq!(fault("é tcp"), (1, "é".into()));
    let many = (0..182).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(fault(&format!("host 10.0.{{{many}}}.{{{many}}}")).0, 6);
}

#[test]
fn variables() {
    let read = |text: &str, variables: &[&str]| {
        let places: Vec<_> =
            variables.iter().filter_map(|name| text.find(name).map(|at| at..at + name.len())).collect();
        let tokens = lex(text, &places).tokens;
        tokens.iter().map(|token| format!("{:?} {}", token.kind, token.text)).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(read("host $a", &["$a"]), "Word host, Open $a, End ");
    assert_eq!(read("net 10.$a.0/${b}", &["$a", "${b}"]), "Word net, Open 10.$a.0, Sign /, Open ${b}, End ");
    assert_eq!(read("[[a]]", &["[[a]]"]), "Open [[a]], End ");
    assert_eq!(read("host {1,${a}}", &["${a}"]), "Word host, Open {1,${a}}, End ");
    // Nobody said that it is one.
    assert_eq!(read("$a", &[]), "Unknown $, Word a, End ");
}
