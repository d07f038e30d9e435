//! Why a document goes to its index, has its id and its time.

use super::explanation::{Chosen, ChosenTime, OtherTime};
use crate::config::log_type::{IndexTime, Rotation};
use crate::document::field_list::FieldId;
use crate::map::base::{latest, time_of_field, with_zone};
use crate::map::compiled::CompiledSection;
use crate::map::event::ObjectFacts;
use crate::map::finished::FinishedEvent;
use crate::map::finished::MAX_ID;
use crate::map::index_name::IndexNames;
use crate::map::table::Sources;
use crate::parse::time;
use crate::parse::time::{Surroundings, ZonedTime};

pub(super) fn index(work: &FinishedEvent<'_, '_>, plan: &CompiledSection, facts: &ObjectFacts) -> Chosen {
    let settings = &plan.log_type.index;
    let value = IndexNames::new(settings).name(work.time.instant, facts.around.load).to_owned();
    let time = match settings.time {
        IndexTime::Event => "@timestamp",
        IndexTime::Ingested => "event.ingested",
    };
    let mut because = format!("index_name = {}", settings.name);
    let rotation = match settings.rotation {
        Rotation::Auto => "auto",
        Rotation::Daily => "daily",
        Rotation::Weekly => "weekly",
        Rotation::Monthly => "monthly",
        Rotation::Yearly => "yearly",
    };
    because.push_str(&format!(", index_rotation = {rotation}"));
    if settings.rotation != Rotation::Auto {
        because.push_str(&format!(" by {time} at {}", settings.tz));
    }
    if !settings.suffix.is_empty() {
        because.push_str(&format!(", index_suffix = {}", settings.suffix));
    }
    Chosen { value, because }
}

pub(super) fn id(work: &FinishedEvent<'_, '_>, plan: &CompiledSection) -> Option<Chosen> {
    if !plan.ids {
        return None;
    }
    let named = plan.log_type.doc_id.as_ref().map(crate::config::log_type::SourceName::name);
    let content = work.mapped.read.event.identity.document(work.mapped.read.event.part).to_string();
    let id = work.mapped.row.text(FieldId::ID).unwrap_or_default();
    let mut because = match named {
        Some(name) if id != content => format!("doc_id = {name}"),
        _ => "SHA-256 of the line".to_owned(),
    };
    if id == content {
        let number = work.mapped.read.event.identity.number();
        if number > 1 {
            because.push_str(&format!(" and its number among its equals in the object, {number}"));
        }
        if work.mapped.read.event.part > 0 {
            because.push_str(&format!(" and the event's number in it, {}", work.mapped.read.event.part + 1));
        }
        if let Some(name) = named {
            because.push_str(&format!(
                "; doc_id = {name} gives none: it is not there, or longer than {MAX_ID} bytes with its suffix"
            ));
        }
    }
    let mut value = id.to_owned();
    if let (Some(suffix), Some(source)) = (work.id_suffix, &plan.log_type.doc_id_suffix) {
        value = format!("{value}_{suffix}");
        because.push_str(&format!(", doc_id_suffix = {}", source.name()));
    }
    Some(Chosen { value, because })
}

pub(super) fn chosen_time(
    work: &FinishedEvent<'_, '_>,
    plan: &CompiledSection,
    facts: &ObjectFacts,
    sources: &Sources<'_, '_>,
) -> ChosenTime {
    let source = work.time_origin;
    let created = sources.record.timestamp.as_deref().and_then(time::parse_fluentd);
    let mut others = fields(work, plan, facts, sources, created, source);
    let prefix = work.mapped.read.parsed.as_ref().map_or("", |parsed| parsed.prefix);
    others.extend(ladder(
        prefix,
        sources,
        created,
        &with_zone(&facts.around, &plan.log_type.event_time),
        source,
    ));
    ChosenTime { value: written(work.time), source: source.word(), others }
}

/// The fields that `timestamp_key` names, but for the one that was taken.
fn fields(
    work: &FinishedEvent<'_, '_>,
    plan: &CompiledSection,
    facts: &ObjectFacts,
    sources: &Sources<'_, '_>,
    created: Option<ZonedTime>,
    source: time::Origin,
) -> Vec<OtherTime> {
    let settings = &plan.log_type.event_time;
    let mut taken = source == time::Origin::Field;
    let mut others = Vec::new();
    for (origin, named) in plan.time_keys.iter().zip(&settings.keys) {
        let other = |value: &str, because: String| OtherTime {
            source: time::Origin::Field.word(),
            value: value.to_owned(),
            because,
        };
        let Some(text) = sources.first(origin, &work.mapped.read.keyed) else {
            others.push(other("", format!("{} is not there", named.name())));
            continue;
        };
        let read = time_of_field(text, settings, latest(created, &facts.around), facts.around.load);
        match read {
            Some(_) if std::mem::take(&mut taken) => {}
            Some(time) => others
                .push(other(&written(time), format!("{}: an earlier timestamp_key has one", named.name()))),
            None => {
                let because = format!("{} is in no timestamp_format, or a time that cannot be", named.name());
                others.push(other(text, because));
            }
        }
    }
    others
}

/// The times that are left when the better ones are taken away, one by one.
fn ladder(
    prefix: &str,
    sources: &Sources<'_, '_>,
    created: Option<ZonedTime>,
    around: &Surroundings,
    source: time::Origin,
) -> Vec<OtherTime> {
    let mut others = Vec::new();
    let (mut header, mut created, mut around) = (sources.syslog.time, created, *around);
    loop {
        let (time, origin) = time::choose(header, created, &around);
        if header.is_some() && origin != time::Origin::Syslog {
            let because = "cannot be: over 5 minutes ahead of what stands below, or over 31 days older";
            others.push(OtherTime {
                source: time::Origin::Syslog.word(),
                value: prefix.trim().to_owned(),
                because: because.to_owned(),
            });
        }
        if origin != source {
            let because = "not needed".to_owned();
            others.push(OtherTime { source: origin.word(), value: written(time), because });
        }
        header = None;
        match origin {
            time::Origin::Field | time::Origin::Syslog => {}
            time::Origin::Fluentd => created = None,
            time::Origin::Key => around.key = None,
            time::Origin::Object => around.object = None,
            time::Origin::Load => return others,
        }
    }
}

fn written(time: ZonedTime) -> String {
    let mut text = Vec::new();
    time.write(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}
