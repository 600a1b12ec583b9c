use std::{fs::OpenOptions, io::pipe};

use super::*;

const MESSAGE: &[u8] = br#"{"schema":{"fields":[{"name":"interface"},{"name":"ttl"}]},"data":{"values":[["a","b\\xff"],[64,null]]}}"#;

fn printer<W: Write>(out: W, json: bool) -> Printer<W> {
    Printer::new(out, json, &["interface".to_owned(), "ttl".to_owned()])
}

#[test]
fn rows_are_lines() {
    let mut text = Vec::new();
    assert_eq!(printer(&mut text, false).print(0, MESSAGE, 9).unwrap(), 2);
    assert_eq!(String::from_utf8(text).unwrap(), "a         64\nb\\xff     -\n");
    let mut json = Vec::new();
    assert_eq!(printer(&mut json, true).print(3, MESSAGE, 1).unwrap(), 1);
    assert_eq!(String::from_utf8(json).unwrap(), "{\"stream\":3,\"interface\":\"a\",\"ttl\":64}\n");
}

#[test]
fn a_full_disk_is_told_at_once() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    for json in [false, true] {
        let error = printer(&full, json).print(0, MESSAGE, 9).unwrap_err().to_string();
        let expected = "cannot write rows to standard output: No space left on device";
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn nobody_reading_is_told_apart() {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let error = printer(writer, true).print(0, MESSAGE, 9).unwrap_err();
    assert!(matches!(error, PrintError::Output(OutputError::Closed { .. })), "{error}");
}
