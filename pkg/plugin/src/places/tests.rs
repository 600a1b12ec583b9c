use std::fs;

use super::*;

/// A file as MaxMind DB 2.0 describes it: 192.0.2.0/24 leads to `data`, and no other address to anything.
fn file(data: &[u8]) -> Vec<u8> {
    const NODES: u32 = 24;
    const PREFIX: u32 = 0xc000_0200;
    let mut bytes = Vec::new();
    for depth in 0..NODES {
        // Nothing is the number of nodes; data is behind 16 bytes more.
        let next = if depth + 1 == NODES { NODES + 16 } else { depth + 1 };
        let is_right = PREFIX >> (31 - depth) & 1 == 1;
        for record in if is_right { [NODES, next] } else { [next, NODES] } {
            bytes.extend(&record.to_be_bytes()[1..]);
        }
    }
    bytes.extend([0; 16]);
    bytes.extend(data);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    let metadata = map(&[
        ("binary_format_major_version", number(5, 2)),
        ("binary_format_minor_version", number(5, 0)),
        ("build_epoch", number(9, 1)),
        ("database_type", text("Test")),
        ("description", map(&[])),
        ("ip_version", number(5, 4)),
        ("languages", vec![0, 4]),
        ("node_count", number(6, NODES)),
        ("record_size", number(5, 24)),
    ]);
    bytes.extend(metadata);
    bytes
}

/// Types are the upper three bits of the first byte; those above 7 stand in a second one, less 7. Sizes from 29 on stand in a byte
/// behind, less 29.
fn control(kind: u8, size: usize) -> Vec<u8> {
    let size = u8::try_from(size).unwrap();
    match (kind, size) {
        (8.., _) => vec![size, kind - 7],
        (_, 29..) => vec![kind << 5 | 29, size - 29],
        _ => vec![kind << 5 | size],
    }
}

fn text(text: &str) -> Vec<u8> {
    [control(2, text.len()), text.as_bytes().to_vec()].concat()
}

/// Of type 5 (16 bits), 6 (32) or 9 (64).
fn number(kind: u8, number: u32) -> Vec<u8> {
    let bytes: Vec<u8> = number.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    [control(kind, bytes.len()), bytes].concat()
}

fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let cells = entries.iter().flat_map(|(key, value)| [text(key), value.clone()].concat());
    control(7, entries.len()).into_iter().chain(cells).collect()
}

#[test]
fn addresses_have_the_country_and_the_network_of_the_files() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, data: Vec<u8>| {
        let path = directory.path().join(name);
        fs::write(&path, file(&data)).unwrap();
        path
    };
    let country = write("country.mmdb", map(&[("country", map(&[("iso_code", text("DE"))]))]));
    let asn = write(
        "asn.mmdb",
        map(&[
            ("autonomous_system_number", number(6, 64_496)),
            ("autonomous_system_organization", text("Example Net")),
        ]),
    );
    let (places, errors) = Places::read(Some(&country), Some(&asn));
    assert!(errors.is_empty(), "{errors:?}");
    let [inside, outside] = [[192, 0, 2, 7], [192, 0, 3, 7]].map(IpAddr::from);
    assert_eq!(places.country(inside).as_deref(), Some("DE"));
    assert_eq!(places.asn(inside).as_deref(), Some("AS64496 Example Net"));
    assert_eq!((places.country(outside), places.asn(outside)), (None, None));
    assert_eq!(places.country("2001:db8::1".parse().unwrap()), None);
    let registered =
        write("registered.mmdb", map(&[("registered_country", map(&[("iso_code", text("FR"))]))]));
    let (places, _) = Places::read(Some(&registered), None);
    assert_eq!((places.country(inside).as_deref(), places.asn(inside)), (Some("FR"), None));
    assert!(places.are_known() && !Places::default().are_known());
}

#[test]
fn a_file_that_cannot_be_used_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let other = directory.path().join("other");
    fs::write(&other, "no such format").unwrap();
    let (places, errors) = Places::read(Some(&directory.path().join("missing")), Some(&other));
    assert!(!places.are_known());
    let [missing, format] = &errors[..] else { panic!("{errors:?}") };
    assert!(missing.to_string().contains("missing cannot be read"), "{missing}");
    assert!(format.to_string().contains("other is no file in MaxMind's format"), "{format}");
}
