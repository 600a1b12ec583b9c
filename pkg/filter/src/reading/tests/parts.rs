use super::{Part, read_text};

/// Each part, with the first letter of what it is.
fn parts(text: &str) -> String {
    let shown = |part: &Part| {
        let word: String = text.chars().skip(part.start).take(part.length).collect();
        format!("{}:{word}", part.class.name().chars().next().unwrap_or_default())
    };
    read_text(text).parts.iter().map(shown).collect::<Vec<_>>().join(" ")
}

#[test]
fn are_told_apart() {
    for (text, expected) in [
        ("", ""),
        (" \t", ""),
        ("tcp port 80 or https", "k:tcp k:port v:80 o:or v:https"),
        ("!host fe80::1&&tcp", "o:! k:host v:fe80::1 o:&& k:tcp"),
        ("net 10.0.0.0/8", "k:net v:10.0.0.0 o:/ v:8"),
        (
            "tcp[tcpflags] & (tcp-syn|2) != 0",
            "k:tcp o:[ v:tcpflags o:] o:& o:( v:tcp-syn o:| v:2 o:) o:!= v:0",
        ),
        (
            "tcpflags & syn != 0 and port vxlan or vxlan 5",
            "k:tcpflags o:& v:syn o:!= v:0 o:and k:port v:vxlan o:or k:vxlan v:5",
        ),
        ("len-5>=0", "v:len-5 o:>= v:0"),
        (r"proto \tcp", r"k:proto v:\tcp"),
        ("ether[6:4] = 1", "k:ether o:[ v:6 o:: v:4 o:] o:= v:1"),
    ] {
        assert_eq!(parts(text), expected);
    }
}

#[test]
fn have_variables_in_them() {
    for (text, expected) in [
        ("host ($host or ${hosts:csv})", "k:host o:( v:$host o:or v:${hosts:csv} o:)"),
        ("net 10.0.$part.0/24", "k:net v:10.0. v:$part v:.0 o:/ v:24"),
        ("$a$b", "v:$a v:$b"),
    ] {
        assert_eq!(parts(text), expected);
    }
    let classes = |text| read_text(text).parts.iter().map(|part| part.class.name()).collect::<Vec<_>>();
    assert_eq!(classes("host $a.1"), ["keyword", "variable", "value"]);
}

#[test]
fn have_lists_in_them() {
    for (text, expected) in [
        ("port {80, https}", "k:port o:{ v:80 o:, v:https o:}"),
        ("net 10.{1/16,$a}", "k:net v:10. o:{ v:1 o:/ v:16 o:, v:$a o:}"),
        ("host {}", "k:host o:{ o:}"),
        ("{tcp,udp}", "o:{ k:tcp o:, k:udp o:}"),
        ("{tcp or udp}", "o:{ k:tcp o:or k:udp o:}"),
    ] {
        assert_eq!(parts(text), expected);
    }
}

#[test]
fn are_shown_of_what_is_wrong() {
    for (text, expected) in [
        ("port ü€$", "k:port u:ü u:€ u:$"),
        ("port 80 80 and", "k:port v:80 v:80 o:and"),
        ("host {1,2 3} tcp", "k:host u:{1,2 u:3 o:} k:tcp"),
        ("port {80,", "k:port u:{ v:80 u:,"),
        ("port {80", "k:port o:{ v:80"),
        ("nosuch", "v:nosuch"),
    ] {
        assert_eq!(parts(text), expected);
    }
}
