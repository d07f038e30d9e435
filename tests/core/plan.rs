//! Sections that contradict themselves are refused with their place.

use es_loader::config::Config;
use es_loader::config::diagnostic::File;
use es_loader::map::compiled::CompiledSections;

fn findings(section: &str) -> Vec<String> {
    let text = format!("[deepsecurity]\n{section}\n");
    let config = Config::load(&[File { name: "user.ini".to_owned(), text }]).expect("the reader takes it");
    CompiledSections::new(config).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn a_field_inside_another_one_is_refused_where_it_stands() {
    let found = findings("deepsecurity.act.word = suser");
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("user.ini:2:1: error: section [deepsecurity]: field `deepsecurity.act`"),
        "{found:?}"
    );
}

#[test]
fn a_constant_that_can_never_fit_is_refused_where_it_stands() {
    let found = findings(
        "static_ecs = server.ip source.port labels.env\nserver.ip = notip\nsource.port = abc\nlabels.env = prod",
    );
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].starts_with("user.ini:3:1: error: constant 'notip' does not fit the type of server.ip"),
        "{found:?}"
    );
}

#[test]
fn a_line_for_a_field_of_the_loaders_own_is_refused() {
    let found = findings("deepsecurity.timestamp_source = suser");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("filled by the loader itself"), "{found:?}");
}
