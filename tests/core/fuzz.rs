//! What the fuzz targets have found: the properties of `properties` hold of it.

use std::path::Path;

use crate::properties;

fn files(directory: &Path) -> Vec<Vec<u8>> {
    let entries =
        std::fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    paths.map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn what_was_found_stays_fixed() {
    let mut checked = 0;
    for (target, property) in properties::ALL {
        let found = Path::new("fixtures/fuzz").join(target);
        if found.is_dir() {
            for bytes in files(&found) {
                property(&bytes);
                checked += 1;
            }
        }
    }
    assert!(checked > 0, "no file in fixtures/fuzz");
}
