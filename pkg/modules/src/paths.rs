//! The paths that a text names.

use std::collections::BTreeSet;

/// Every path that begins with `start`, which ends in `::`; groups in braces are resolved: `a::{b, c::d as e}` is `a::b`
/// and `a::c::d`. Everything of a module, `a::*`, is `a`, but for `super::*`: tests in the file of what they test have that.
pub fn paths(code: &str, start: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(start) {
        let (before, from) = code.split_at(at);
        if before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let (mut prefixes, mut current, mut ended) = (Vec::new(), String::new(), false);
        for c in from.chars() {
            match c {
                '{' if current.ends_with("::") => prefixes.push(current.clone()),
                ',' | '}' if !prefixes.is_empty() => {
                    found.insert(std::mem::take(&mut current));
                    ended = false;
                    if c == '}' {
                        prefixes.pop();
                    }
                    match prefixes.last() {
                        Some(prefix) if c == ',' => current.clone_from(prefix),
                        Some(_) => {}
                        None => break,
                    }
                }
                _ if ended => {}
                c if c.is_alphanumeric() || c == '_' || c == ':' => current.push(c),
                '*' if current.ends_with("::") => {
                    current.truncate(current.len() - "::".len());
                    ended = true;
                }
                // What follows a name is what it is called here.
                c if c.is_whitespace() && !prefixes.is_empty() => {
                    ended = !current.ends_with("::") && !current.is_empty()
                }
                _ => break,
            }
            if ended && prefixes.is_empty() {
                break;
            }
        }
        found.insert(current);
    }
    // What is left of a group behind its last comma names nothing.
    found.retain(|path| !path.is_empty() && !path.ends_with("::") && path != "super");
    found
}

/// What `path` names in the module `of`, from the crate's root on. The root itself is the empty text.
pub fn from_root(path: &str, of: &str) -> String {
    let mut place: Vec<&str> = of.split("::").filter(|part| !part.is_empty()).collect();
    for part in path.split("::") {
        match part {
            "crate" => place.clear(),
            "self" => {}
            "super" => _ = place.pop(),
            name => place.push(name),
        }
    }
    place.join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str, start: &str) -> Vec<String> {
        paths(code, start).into_iter().collect()
    }

    #[test]
    fn groups_are_resolved() {
        let code = "use crate::{a::{b::C, d::{E, F},}, g,\n    h::I};\nlet x = crate::j::K::new();";
        let expected = ["a::b::C", "a::d::E", "a::d::F", "g", "h::I", "j::K::new"];
        assert_eq!(found(code, "crate::"), expected.map(|path| format!("crate::{path}")));
    }

    #[test]
    fn a_path_begins_where_its_start_does() {
        assert_eq!(found("use other::crate::a; my_crate::b; crate::c", "crate::"), ["crate::c"]);
    }

    #[test]
    fn everything_of_a_module_is_the_module() {
        assert_eq!(found("use super::*; use super::a::*;", "super::"), ["super::a"]);
        assert_eq!(found("use super::{a::*, b};", "super::"), ["super::a", "super::b"]);
        assert_eq!(found("use crate::*;", "crate::"), ["crate"]);
    }

    #[test]
    fn a_name_of_its_own_is_not_part_of_a_path() {
        let code = "use crate::{a as b,\n    c::D as E, f};\nuse crate::g as h;";
        assert_eq!(found(code, "crate::"), ["a", "c::D", "f", "g"].map(|path| format!("crate::{path}")));
    }

    #[test]
    fn places_are_those_from_the_root() {
        for (path, of, expected) in [
            ("crate::a::B", "x::y", "a::B"),
            ("self::a::B", "x", "x::a::B"),
            ("super::a::B", "x::y", "x::a::B"),
            ("super::super::B", "x::y", "B"),
            ("super::a", "x", "a"),
            ("a::B", "", "a::B"),
        ] {
            assert_eq!(from_root(path, of), expected, "{path} in {of}");
        }
    }
}
