use super::{Kind, tokens};

/// The texts of the tokens, separated by bars.
fn split(text: &str) -> String {
    let tokens = tokens(text).unwrap();
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
    let tokens = tokens(r"proto \tcp").unwrap();
    assert_eq!((tokens[1].kind, tokens[1].text.as_str()), (Kind::Escaped, "tcp"));
    // The backslash is a part of what is marked.
    assert_eq!((tokens[1].span.start, tokens[1].span.end), (6, 10));
}
