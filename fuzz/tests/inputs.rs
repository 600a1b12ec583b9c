//! The inputs in `fuzz/inputs`: what once did not hold, and one or two of each kind for cargo-fuzz to begin with.

use std::{fs, path::Path};

use xdplive_fuzz::TARGETS;

#[test]
fn what_was_found_once_holds() {
    let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs");
    for (name, target) in TARGETS {
        let files: Vec<_> =
            fs::read_dir(inputs.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!files.is_empty(), "{name} has no inputs");
        for file in files {
            println!("{name}: {}", file.display());
            target(&fs::read(&file).unwrap());
        }
    }
}
