//! The file `/etc/hosts` (hosts(5)).

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use crate::host::LONGEST_NAME;

/// Addresses that are read at most: 8 MB with long names.
pub const MOST_ADDRESSES: usize = 65_536;

/// The name of each address in the text of such a file: the first one of its first line. Lines that cannot be read say nothing.
/// What stands for no address (`0.0.0.0`, `::`), as in lists of hosts that are to be unreachable, has no name.
#[must_use]
pub fn names_in(text: &str) -> HashMap<IpAddr, Arc<str>> {
    let mut names = HashMap::new();
    for line in text.lines() {
        let written = line.split_once('#').map_or(line, |(written, _)| written);
        let mut words = written.split_ascii_whitespace();
        let (Some(address), Some(name)) = (words.next(), words.next()) else { continue };
        let Ok(address) = address.parse::<IpAddr>() else { continue };
        let is_name = name.len() <= LONGEST_NAME && !name.contains(char::is_control);
        if is_name && !address.is_unspecified() && names.len() < MOST_ADDRESSES {
            names.entry(address).or_insert_with(|| Arc::from(name));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_of_the_first_line_counts() {
        let text = "# a comment\n127.0.0.1\tlocalhost loopback\n\n  192.0.2.20   nas.example.org nas # the box\n\
                    192.0.2.20 other\n2001:db8::1 six\nfe80::1%eth0 scoped\n192.0.2.300 wrong\n192.0.2.9\n\
                    0.0.0.0 ads.example.com\n:: ads6.example.com\n#192.0.2.8 out\n";
        let names = names_in(text);
        let found = |address: &str| names.get(&address.parse::<IpAddr>().unwrap()).map(|name| &**name);
        assert_eq!(found("127.0.0.1"), Some("localhost"));
        assert_eq!(found("192.0.2.20"), Some("nas.example.org"));
        assert_eq!(found("2001:db8::1"), Some("six"));
        assert_eq!(names.len(), 3, "{names:?}");
    }

    #[test]
    fn what_is_too_long_or_too_much_is_left_out() {
        let long = "n".repeat(254);
        assert!(names_in(&format!("192.0.2.1 {long}")).is_empty());
        assert_eq!(names_in(&format!("192.0.2.1 {}", &long[1..])).len(), 1);
        let many: String = (0..=MOST_ADDRESSES)
            .map(|number| format!("10.{}.{}.{} h\n", number >> 16, number >> 8 & 255, number & 255))
            .collect();
        assert_eq!(names_in(&many).len(), MOST_ADDRESSES);
    }
}
