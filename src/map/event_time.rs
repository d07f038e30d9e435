//! The choice of an event's `@timestamp` among the times that its fields, its headers and its object name.

use super::compiled::CompiledSection;
use super::table::Sources;
use crate::parse::pairs::event_keys::EventKeys;
use crate::parse::time;
use crate::parse::time::{Origin, Surroundings, ZonedTime};

/// The times of one event.
pub(super) struct EventTimes<'e, 'a> {
    section: &'e CompiledSection,
    sources: Sources<'e, 'a>,
    keyed: &'e EventKeys<'a>,
    /// fluentd's `timestamp`.
    created: Option<ZonedTime>,
    around: Surroundings,
}

/// A field that `timestamp_key` names.
pub(super) struct TimeField<'e, 'a> {
    /// Its name in user.ini.
    pub(super) name: &'e str,
    /// What the event has there.
    pub(super) text: Option<&'a str>,
    /// That text as a time, if it is in a `timestamp_format` and can be the event's.
    pub(super) time: Option<ZonedTime>,
}

impl<'e, 'a> EventTimes<'e, 'a> {
    pub(super) fn new(
        section: &'e CompiledSection,
        sources: Sources<'e, 'a>,
        keyed: &'e EventKeys<'a>,
        created: Option<ZonedTime>,
        around: &Surroundings,
    ) -> Self {
        let default_offset = section.log_type.event_time.tz.or(around.default_offset);
        Self { section, sources, keyed, created, around: Surroundings { default_offset, ..*around } }
    }

    /// The time that `@timestamp` is: that of the first field that has one, or else the first of the [`others`](Self::others) that
    /// can be.
    pub(super) fn choose(&self) -> (ZonedTime, Origin) {
        match self.fields().find_map(|field| field.time) {
            Some(time) => (time, Origin::Field),
            None => time::choose(self.sources.syslog.time, self.created, &self.around),
        }
    }

    /// The fields that `timestamp_key` names, in order.
    pub(super) fn fields(&self) -> impl Iterator<Item = TimeField<'e, 'a>> {
        let keys = self.section.time_keys.iter().zip(&self.section.log_type.event_time.keys);
        keys.map(|(origin, key)| {
            let text = self.sources.first(origin, self.keyed);
            TimeField { name: key.name(), text, time: text.and_then(|text| self.parse(text)) }
        })
    }

    fn parse(&self, text: &str) -> Option<ZonedTime> {
        let settings = &self.section.log_type.event_time;
        let load = self.around.load;
        // The line was there when fluentd read it.
        let latest = self.created.map_or(load, |created| created.instant);
        let mut formats = settings.formats.iter();
        let time = formats.find_map(|format| time::parse(text, format, latest, settings.tz));
        time.filter(|time| time::is_possible(*time, load))
    }

    /// The times that there are besides the fields, best first. `None` stands for a time of the syslog header that cannot be.
    pub(super) fn others(&self) -> impl Iterator<Item = (Origin, Option<ZonedTime>)> {
        time::candidates(self.sources.syslog.time, self.created, &self.around)
    }
}
