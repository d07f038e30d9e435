//! Parts of documents that tests make, so that they say what the tables say.

use std::fs;

/// Panics unless the part of `page` between the marks of `name` is what was made. With `UPDATE_FIXTURES=1` it is written there; then
/// read the difference.
#[track_caller]
pub(crate) fn assert_part(page: &str, name: &str, made: &str) {
    let (begin, end) =
        (format!("<!-- made of {name}: begin -->\n"), format!("<!-- made of {name}: end -->\n"));
    let text = fs::read_to_string(page).unwrap();
    let (before, rest) = text.split_once(&begin).unwrap();
    let (written, behind) = rest.split_once(&end).unwrap();
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(page, [before, &begin, made, &end, behind].concat()).unwrap();
    } else {
        assert!(made == written, "{page}: UPDATE_FIXTURES=1 writes it anew");
    }
}
