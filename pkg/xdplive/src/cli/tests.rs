use std::os::unix::ffi::OsStringExt as _;

use super::*;

fn interfaces(names: &[&[u8]]) -> Result<Vec<String>, clap::Error> {
    let mut arguments: Vec<OsString> = ["xdplive", "watch"].map(OsString::from).into();
    for name in names {
        arguments.push("--interface".into());
        arguments.push(OsString::from_vec(name.to_vec()));
    }
    match Cli::try_parse_from(arguments)?.command {
        Command::Watch(watch) => Ok(watch.interface),
        other => panic!("{other:?}"),
    }
}

#[test]
fn interfaces_are_in_text_form() {
    assert_eq!(interfaces(&[]).unwrap(), [""; 0]);
    assert_eq!(interfaces(&[b"eth0", "größe".as_bytes(), b"any"]).unwrap(), ["eth0", "größe", "any"]);
    // As rows and messages show them.
    assert_eq!(interfaces(&[br"a\xffb", br"a\\b"]).unwrap(), [r"a\xffb", r"a\\b"]);
    // As a shell completes them from /sys/class/net.
    assert_eq!(interfaces(&[b"a\xffb", b"a\xff\\b"]).unwrap(), [r"a\xffb", r"a\xff\\b"]);
    // As they are written, which tells names from words and patterns.
    assert_eq!(interfaces(&[br"\x61ny", b"eth*", b"!veth*"]).unwrap(), [r"\x61ny", "eth*", "!veth*"]);
}

#[test]
fn what_is_no_name_is_refused() {
    for (name, words) in [
        (b"".as_slice(), "it takes the name of an interface, such as eth0"),
        (br"a\b", r"write \\ for a backslash"),
        (br"a\xf", r"write \\ for a backslash"),
    ] {
        let error = interfaces(&[name]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains(words), "{error}");
    }
}
