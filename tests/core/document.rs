//! Whole documents: every file of fixtures/lines, loaded, against the bulk requests beside it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside of test functions")]

use std::fs;
use std::path::PathBuf;

use crate::support::{load_bytes, plan};

fn fixtures() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/lines");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut lines: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).collect();
    lines.sort();
    lines
}

#[test]
fn each_fixture_gives_the_bulk_requests_beside_it() {
    let plan = plan();
    let update = std::env::var_os("UPDATE_FIXTURES").is_some();
    let fixtures = fixtures();
    assert!(fixtures.len() > 40, "the folder of fixtures is gone");
    for path in fixtures {
        let loaded = load_bytes(&plan, &fs::read(&path).unwrap());
        let expected_path = path.with_extension("expected.ndjson");
        if update {
            fs::write(&expected_path, &loaded.ndjson).unwrap();
            continue;
        }
        let expected = fs::read_to_string(&expected_path).unwrap();
        let given = String::from_utf8(loaded.ndjson).unwrap();
        for (number, (given, expected)) in (1..).zip(given.lines().zip(expected.lines())) {
            assert_eq!(given, expected, "{}:{number}", expected_path.display());
        }
        assert_eq!(given.lines().count(), expected.lines().count(), "{}", expected_path.display());
    }
}
