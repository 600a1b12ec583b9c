use super::{Completion, Expected, read};

fn expected(marked: &str) -> Expected {
    read(marked).expected.unwrap_or_else(|| panic!("nothing at {marked}"))
}

/// Words as they are, kinds of values in angle brackets; what a condition begins with as `CONDITION`.
fn completions(marked: &str) -> String {
    let expected = expected(marked).completions;
    let text = |completion: &Completion| match completion {
        Completion::Word(word) => (*word).to_owned(),
        Completion::Value(kind) => format!("<{}>", kind.name()),
    };
    let conditions = read("|").expected.map(|expected| expected.completions).unwrap_or_default();
    let texts = expected.iter().map(text).collect::<Vec<_>>().join(" ");
    texts.replace(&conditions.iter().map(text).collect::<Vec<_>>().join(" "), "CONDITION")
}

#[test]
fn words_are_found_at_the_cursor() {
    for (marked, start, length, is_whole) in [
        ("tcp po|", 4, 2, false),
        ("tcp p|ort 80", 4, 4, false),
        ("tcp |", 4, 0, false),
        ("tcp |port", 4, 4, false),
        ("|", 0, 0, false),
        ("host (fe80::1|)", 6, 7, true),
        ("tcp[tcp-s|", 4, 5, false),
        (r"proto \t|", 6, 2, false),
        ("ü and host ::1|", 11, 3, true),
        ("tcp)|", 4, 0, false),
        ("port ü|", 6, 0, false),
        // Whole is what the parser would take.
        ("tcp|", 0, 3, true),
        ("tcp port|", 4, 4, true),
        ("port 44|", 5, 2, true),
        ("port htt|", 5, 3, false),
        ("host 192.0.2|", 5, 7, false),
        ("host 192.0.2.2|", 5, 9, true),
        ("host 2001:db8|", 5, 8, false),
        ("host 2001:db8::|", 5, 10, false),
        ("host 2001:db8::7|", 5, 11, true),
        ("nosuch x and port 44|", 18, 2, true),
    ] {
        let Expected { start: found, length: characters, is_whole: whole, .. } = expected(marked);
        assert_eq!((found, characters, whole), (start, length, is_whole), "{marked}");
    }
}

#[test]
fn nothing_is_expected_in_a_variable_or_a_list() {
    for marked in ["host $h|", "host $h|x", "host ${h|}", "net 10.$a|", "port {80|,443}", "port {}|"] {
        assert_eq!(read(marked).expected, None, "{marked}");
    }
    assert_eq!(completions("host |$h"), "<address>");
}

#[test]
fn the_parser_says_what_can_stand_there() {
    for (marked, completed) in [
        ("|", "CONDITION"),
        ("not |", "CONDITION"),
        ("tcp and (|", "CONDITION"),
        ("host |", "<address>"),
        ("host 19|", "<address>"),
        ("host (|", "<address>"),
        ("host (192.0.2.1 or |", "<address>"),
        ("net 10.0.0.0 |", "mask and or"),
        ("net |", "<address>"),
        ("port |", "<service>"),
        ("tcp dst portrange |", "<service>"),
        ("port 80 |", "and or"),
        ("port 80 or |", "CONDITION <service>"),
        ("port 80 and not h|", "CONDITION <service>"),
        ("src |", "<address> host net port portrange or and"),
        ("src or |", "dst"),
        ("src or dst |", "<address> host net port portrange"),
        ("tcp src |", "port portrange or and"),
        ("ip dst |", "<address> host net or and"),
        ("tcp |", "port portrange src dst and or"),
        ("ip |", "host net src dst proto broadcast multicast and or"),
        ("icmp |", "and or"),
        ("ether |", "host src dst proto broadcast multicast"),
        ("ether src |", "host or and"),
        ("ether host |", ""),
        ("proto |", "<ip-protocol>"),
        ("ip proto |", "<ip-protocol>"),
        ("ether proto |", "<ethertype>"),
        ("ether proto 0x88cc or a|", "CONDITION <ethertype>"),
        ("vlan |", "<vlan> and or"),
        ("vlan 40 |", "and or"),
        ("dscp |", "<code-point>"),
        ("ttl |", ""),
        ("less |", ""),
        ("tcp[|", "<number>"),
        ("tcp[tcpflags] & |", "<number>"),
        ("tcp[13] = t|", "<number>"),
        ("ttl < |", "<number>"),
        ("len |", ""),
        ("$filter |", "and or"),
        ("$protocol port |", "<service>"),
        ("host $h and |", "CONDITION <address>"),
        ("port {80,443} |", "and or"),
        ("{udp port |", "<service>"),
        ("not {|", "CONDITION"),
    ] {
        assert_eq!(completions(marked), completed, "{marked}");
    }
}

#[test]
fn faults_elsewhere_do_not_matter() {
    for (marked, completed) in [
        // Behind the cursor.
        ("host | adn (", "<address>"),
        ("port| adn ü", "CONDITION"),
        // In front of it: values that are wrong, words that are none, signs too many.
        ("host nosuch and port |", "<service>"),
        ("port 99999 |", "and or"),
        ("hosst 1.2.3.4 and port |", "<service>"),
        ("tcp udp or (host |", "<address>"),
        ("tcp) and vlan |", "<vlan> and or"),
        ("ü and tcp |", "port portrange src dst and or"),
        ("(hosst x or tcp) and |", "CONDITION"),
        ("gateway x && dscp |", "<code-point>"),
        ("len < tcp or host |", "<address>"),
        // Nobody knows what was meant by the condition itself.
        ("hosst |", ""),
        ("tcp host |", ""),
    ] {
        assert_eq!(completions(marked), completed, "{marked}");
    }
}

#[test]
fn there_is_an_end_to_passing_over_faults() {
    assert_eq!(completions(&format!("{}host |", "x or ".repeat(16))), "<address>");
    assert_eq!(completions(&format!("{}host |", "x or ".repeat(17))), "");
    assert_eq!(completions(&format!("{}|", "(".repeat(8000))), "");
}
