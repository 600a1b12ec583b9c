#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| xdplive_fuzz::answer(bytes));
