//! Which names a table can write to: the form of a field's name, the fields that the loader writes itself, and
//! the shapes that ECS gives to its own.

use super::diagnostic::quoted;
use super::suggestion::{closest, did_you_mean, is_near};
use crate::document::ecs;
use crate::document::field_list::objects_around;

/// What is wrong with a name, and the way out.
pub(super) type Objection = (String, Option<String>);

/// Fields that the loader writes, and what decides them.
const RESERVED: [(&str, &str); 8] = [
    ("@timestamp", "choose its source with 'timestamp_key'"),
    ("@id", "choose its source with 'doc_id'"),
    ("@message", "choose what it holds with 'raw_message'"),
    ("@log_s3bucket", "take the line out"),
    ("@log_s3key", "take the line out"),
    ("event.ingested", "take the line out"),
    ("ecs.version", "write 'ecs_version'"),
    ("cloud.provider", "write 'cloud_provider'"),
];

/// ECS fields that are objects without fields of their own in the schema: any name can stand below them.
const OPEN: [&str; 2] = ["labels", "log.syslog.structured_data"];

/// Top-level names of ECS below which the list of fields has none.
const OTHER_TOP_LEVEL: &str =
    "data_stream dll email faas gen_ai orchestrator package span trace transaction volume";

/// The levels of objects that OpenSearch takes (`index.mapping.depth.limit`).
const DEEPEST: usize = 20;

/// Whether `key` has the form of a field below an object: `source.ip`.
pub(super) fn is_dotted_name(key: &str) -> bool {
    key.contains('.') && objection_to_form(key).is_none()
}

/// Whether `name` is a top-level name of ECS.
pub(super) fn is_ecs_top_level(name: &str) -> bool {
    OTHER_TOP_LEVEL.split(' ').any(|other| other == name) || ecs::top_level().contains(name)
}

/// What is wrong with `name` as a field to write to.
pub(super) fn objection(name: &str) -> Option<Objection> {
    if let Some(objection) = objection_to_form(name) {
        return Some(objection);
    }
    if let Some((_, way_out)) = RESERVED.iter().find(|(reserved, _)| *reserved == name) {
        return Some((format!("'{name}' is written by es-loader itself"), Some((*way_out).to_owned())));
    }
    if name.starts_with('_') {
        return Some((format!("'{name}' begins like OpenSearch's own fields"), None));
    }
    // What documents have already is as ECS wants it.
    if ecs::is_base_field(name) {
        return None;
    }
    if let Some(field) = ecs::names_below(name).next() {
        let help = format!("write to a field of it, such as '{field}'");
        return Some((format!("'{name}' is an object in ECS"), Some(help)));
    }
    let value = objects_around(name).find(|object| ecs::is_ecs_field(object) && !OPEN.contains(object))?;
    Some((format!("'{value}' is a value in ECS, so '{name}' cannot stand below it"), None))
}

/// What `name`, which no list names, was meant as if it is a typing error in a field of ECS.
pub(super) fn typing_error(name: &str) -> Option<Objection> {
    if ecs::is_ecs_field(name) || OPEN.iter().any(|open| below(name, open)) {
        return None;
    }
    let (group, rest) = name.split_once('.').unwrap_or((name, ""));
    // Nothing is listed below these: only the name of the group tells what was meant.
    let open = OPEN.iter().find(|open| !is_ecs_top_level(group) && is_near(group, open, 1));
    if let Some(open) = open {
        let help = format!("did you mean '{open}.{rest}'? if not, name '{name}' in 'ecs' as well");
        return Some((format!("'{name}' is no field of ECS"), Some(help)));
    }
    let meant = closest(name, groups_like(group).into_iter().flat_map(ecs::names_below))
        .filter(|meant| is_near(name, meant, 2.min((name.chars().count() - 1) / 3)))?;
    let help = format!("did you mean '{meant}'? if not, name '{name}' in 'ecs' as well");
    Some((format!("'{name}' is no field of ECS"), Some(help)))
}

/// The top-level names of ECS that `group` can be meant as: itself, if it is one.
fn groups_like(group: &str) -> Vec<&'static str> {
    if is_ecs_top_level(group) {
        return ecs::top_level().get(group).copied().into_iter().collect();
    }
    ecs::top_level().iter().copied().filter(|name| is_near(group, name, 2)).collect()
}

/// Whether `name` stands below `object`.
pub(super) fn below(name: &str, object: &str) -> bool {
    name.strip_prefix(object).is_some_and(|rest| rest.starts_with('.'))
}

/// Help for a listed field without a line.
pub(super) fn missing_line<'a>(name: &str, value: &str, keys: impl Iterator<Item = &'a str>) -> String {
    did_you_mean(name, keys)
        .unwrap_or_else(|| format!("add '{name} = <{value}>', or take it out of the list"))
}

fn objection_to_form(name: &str) -> Option<Objection> {
    if name.split('.').any(str::is_empty) {
        return Some((format!("'{name}' has an empty name before, behind or between its dots"), None));
    }
    if name.split('.').count() > DEEPEST {
        return Some((
            format!("{} stands deeper than OpenSearch takes: {DEEPEST} levels", quoted(name)),
            None,
        ));
    }
    let wrong = name.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '@' | '-')))?;
    let help = "field names have letters, digits, '_', '-' and '@'".to_owned();
    Some((format!("{} has the character {}", quoted(name), quoted(&wrong.to_string())), Some(help)))
}
