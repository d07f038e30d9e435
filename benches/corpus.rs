//! The generator's lines, and what each stage makes of them for the next one: made once, kept in memory.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot start has no other way out")]

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use bumpalo::Bump;
use divan::counter::{BytesCount, ItemsCount};
use es_loader::config::Config;
use es_loader::config::diagnostic::File;
use es_loader::generate;
use es_loader::generate::{Encoding, Options};
use es_loader::load::account::{Account, Limits};
use es_loader::load::batch::Batch;
use es_loader::load::load;
use es_loader::map::compiled::{CompiledSection, CompiledSections};
use es_loader::map::event::ObjectFacts;
use es_loader::parse::header::{Format, Marker};
use es_loader::parse::joined;
use es_loader::parse::marker;
use es_loader::parse::pairs::pair::Pair;
use es_loader::parse::time;
use es_loader::parse::time::{Surroundings, Zone};
use es_loader::parse::{cef, leef};
use es_loader::read::record;
use es_loader::read::record::Spare;
use es_loader::read::record::fluentd::Record;

/// Lines of the corpus: 1 MB, so that no stage measures the memory instead of itself, and so that the fastest round of each is
/// one that nothing has interrupted.
const LINES: u64 = 1_000;

/// The object's text, as the seed gives it for ever.
pub(crate) static TEXT: LazyLock<Vec<u8>> = LazyLock::new(|| text(LINES));

/// Its lines that are not blank.
pub(crate) static LINES_OF_BYTES: LazyLock<Vec<&[u8]>> = LazyLock::new(|| {
    let lines = TEXT.split(|byte| *byte == b'\n');
    lines.filter(|line| !line.trim_ascii().is_empty()).collect()
});

/// The lines as text.
pub(crate) static LINES_OF_TEXT: LazyLock<Vec<Cow<'_, str>>> =
    LazyLock::new(|| LINES_OF_BYTES.iter().map(|line| record::decode(line).0).collect());

/// fluentd's records.
pub(crate) static RECORDS: LazyLock<Vec<Record<'_>>> = LazyLock::new(|| {
    let mut records = Vec::new();
    for line in &*LINES_OF_TEXT {
        records.extend(record::records(line, &mut Spare::default()));
    }
    records
});

/// The events in their messages.
pub(crate) static EVENTS: LazyLock<Vec<&str>> =
    LazyLock::new(|| RECORDS.iter().flat_map(|record| joined::split(&record.message)).collect());

/// What stands before the events' markers.
pub(crate) static PREFIXES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let prefix = |text: &&'static str| text.get(..marker::find(text)?.start);
    EVENTS.iter().filter_map(prefix).collect()
});

/// The values of packet keys, escapes undone.
pub(crate) static PACKETS: LazyLock<Vec<Cow<'_, str>>> = LazyLock::new(|| {
    let arena: &Bump = Box::leak(Box::default());
    let mut pairs = Vec::new();
    for (text, marker) in marked(Format::Cef) {
        cef::parse(text, marker, arena, &mut pairs);
    }
    for (text, marker) in marked(Format::Leef) {
        leef::parse(text, marker, arena, &mut pairs);
    }
    let packets = pairs.iter().filter(|pair| pair.key == "TrendMicroDsPacketData");
    packets.map(Pair::value).filter(|value| !value.is_empty()).collect()
});

/// The section `[deepsecurity]` as it is shipped.
pub(crate) static PLAN: LazyLock<CompiledSection> = LazyLock::new(|| {
    let file = File { name: "user.ini".to_owned(), text: "[deepsecurity]\n".to_owned() };
    let config = Config::load(&[file]).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let plans = CompiledSections::new(config).unwrap_or_else(|findings| panic!("{findings:#?}"));
    plans.named("deepsecurity").unwrap().clone()
});

/// The generator's first lines.
pub(crate) fn text(lines: u64) -> Vec<u8> {
    let options = Options { lines, encoding: Encoding::Plain, ..Options::default() };
    let mut text = Vec::new();
    generate::run(&options, &mut text).unwrap();
    text
}

/// The events of one format, and where they start.
pub(crate) fn marked(format: Format) -> Vec<(&'static str, Marker)> {
    let events = EVENTS.iter().filter_map(|text| Some((*text, marker::find(text)?)));
    events.filter(|(_, marker)| marker.format == format).collect()
}

/// What is known of the object.
pub(crate) fn facts() -> ObjectFacts {
    let key = "ds_agent/2026/11/22/00_host_0.gz";
    ObjectFacts {
        bucket: Some("example-siem-logs".to_owned()),
        key: key.to_owned(),
        region: Some("ap-northeast-1".to_owned()),
        account: Some("123456789012".to_owned()),
        around: Surroundings {
            key: time::in_key(key, &Zone::UTC),
            object: Some("2026-11-22T23:00:00Z".parse().unwrap()),
            load: "2026-11-23T00:00:00Z".parse().unwrap(),
        },
    }
}

/// Loads an object; its batches are thrown away.
pub(crate) fn loaded(object: &[u8]) -> Account {
    load(object, &PLAN, facts(), &Limits::default(), &mut |_: &mut Batch| ControlFlow::Continue(()))
}

/// How many things go through a stage, and how many bytes they are.
pub(crate) fn counts<T: AsRef<[u8]>>(things: &[T]) -> (BytesCount, ItemsCount) {
    let bytes: usize = things.iter().map(|thing| thing.as_ref().len()).sum();
    (BytesCount::new(bytes), ItemsCount::new(things.len()))
}
