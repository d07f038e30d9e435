//! What holds of any bytes, one property for each stage: the fuzz targets of `fuzz/` look for bytes of which it does not, and
//! `fixtures/fuzz` keeps those that they have found.

mod cef;
mod collector;
mod document;
mod ini;
mod leef;
mod object;
mod packet;
mod record;
mod slices;
mod time;

/// A property: panics unless it holds of the bytes.
pub(crate) type Property = fn(&[u8]);

/// The properties by the names of their fuzz targets.
pub(crate) const ALL: [(&str, Property); 14] = [
    ("object", object::property),
    ("record", record::property),
    ("cef", cef::property),
    ("leef", leef::property),
    ("packet", packet::property),
    ("ini", ini::property),
    ("document", document::property),
    ("log_types", document::of_each_section),
    ("envelope", collector::envelope),
    ("event_field", collector::event_field),
    ("ltsv", collector::ltsv),
    ("json_event", collector::json_event),
    ("csv", collector::csv),
    ("time", time::property),
];
