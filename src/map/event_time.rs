//! The choice of an event's `@timestamp` among the times that its fields, its headers and its object name.

use super::compiled::CompiledSection;
use super::table::Sources;
use crate::config::log_type::EventTime;
use crate::parse::pairs::event_keys::EventKeys;
use crate::parse::time;
use crate::parse::time::{
    Chosen, CollectorTime, Doubts, HeaderClock, ReadTime, Said, Surroundings, TimeFormat, TimeOrigin, Zone,
    ZonedTime,
};

/// The times of one event.
pub(super) struct EventTimes<'e, 'a> {
    section: &'e CompiledSection,
    sources: Sources<'e, 'a>,
    keyed: &'e EventKeys<'a>,
    said: Said,
    around: &'e Surroundings,
}

/// A field that `timestamp_key` names.
pub(super) struct TimeField<'e, 'a> {
    /// Its name in user.ini.
    pub(super) name: &'e str,
    /// What the event has there.
    pub(super) text: Option<&'a str>,
    /// That text as a time, if it is in a `timestamp_format` and can be the event's.
    pub(super) time: Option<ZonedTime>,
    origin: TimeOrigin,
    doubts: Doubts,
}

/// Keys in which events tell their time, the best first: when it happened by LEEF ("Predefined LEEF event attributes"), when it was
/// received, ended or started by CEF ("ArcSight extension dictionary").
const OWN_TIMES: [&str; 4] = ["devTime", "rt", "end", "start"];

/// The source that is the time in the object's key.
const OF_THE_KEY: &str = "file_timestamp";

impl<'e, 'a> EventTimes<'e, 'a> {
    pub(super) fn new(
        section: &'e CompiledSection,
        sources: Sources<'e, 'a>,
        keyed: &'e EventKeys<'a>,
        collector: Option<CollectorTime>,
        around: &'e Surroundings,
    ) -> Self {
        let said = Said { header: sources.syslog.time, collector };
        Self { section, sources, keyed, said, around }
    }

    /// The time that `@timestamp` is: that of the first field that has one, or else the first of the [`others`](Self::others) that
    /// can be. Gives in addition what is known of the clock that wrote it.
    pub(super) fn choose(&self) -> (Chosen, Option<HeaderClock>) {
        let field = self.fields().find_map(|field| {
            let TimeField { time, origin, doubts, .. } = field;
            Some(Chosen { time: time?, origin, doubts })
        });
        match field {
            Some(chosen) => (chosen, self.said.clock_of_field(&chosen)),
            None => match self.own_time() {
                Some(chosen) => (chosen, None),
                None => time::choose(&self.said, self.around, self.settings().tz.as_ref()),
            },
        }
    }

    /// The time that the event tells among its own keys, where neither a header nor a collector has one.
    fn own_time(&self) -> Option<Chosen> {
        if self.said.header.is_some() || self.said.collector.is_some() {
            return None;
        }
        let text_of = |name: &str| {
            let found = self.keyed.all().find(|(_, pair, _)| pair.key == name);
            found.map(|(_, _, value)| value)
        };
        OWN_TIMES.iter().filter_map(|name| text_of(name)).find_map(|text| {
            let (time, doubts) = self.parse_own(text)?;
            Some(Chosen { time, origin: TimeOrigin::Field, doubts })
        })
    }

    /// Reads a time in the forms that the keys of [`OWN_TIMES`] have: a number since 1970, or a date with its year.
    fn parse_own(&self, text: &str) -> Option<(ZonedTime, Doubts)> {
        let zone = self.settings().tz.as_ref();
        let said = Said { header: None, collector: time::parse_collector(text) };
        let (time, zone_assumed) = match (said.collector, said.collected_time(zone)) {
            (Some(CollectorTime::Instant(instant)), _) => {
                (zone.map_or(ZonedTime::utc(instant), |zone| zone.show(instant)), false)
            }
            (_, Some(time)) => (time, false),
            (Some(CollectorTime::Clock(clock)), None) => (Zone::UTC.read(clock)?, true),
            _ => {
                let latest = self.said.latest_of_field(self.around, zone);
                let read = time::parse(text, &TimeFormat::Syslog, latest.instant, zone)?;
                if read.year_assumed {
                    return None;
                }
                (read.time, read.zone_assumed)
            }
        };
        let doubts = Doubts { zone_assumed, year_by_load: false };
        time::is_possible(time, self.around.load).then_some((time, doubts))
    }

    /// Whether a field that `timestamp_key` names has a text that is no time, or one that cannot be the event's, and no field has one.
    pub(super) fn is_field_refused(&self, origin: TimeOrigin) -> bool {
        origin != TimeOrigin::Field
            && self.fields().all(|field| field.time.is_none())
            && self.fields().any(|field| field.text.is_some())
    }

    /// The fields that `timestamp_key` names, in order.
    pub(super) fn fields(&self) -> impl Iterator<Item = TimeField<'e, 'a>> {
        let keys = self.section.time_keys.iter().zip(&self.settings().keys);
        keys.map(|(origin, key)| {
            if key.name() == OF_THE_KEY {
                let time = self.around.key.map(|key| key.start);
                let (origin, doubts) = (TimeOrigin::Key, Doubts::default());
                return TimeField { name: OF_THE_KEY, text: None, time, origin, doubts };
            }
            let text = self.sources.first(origin, self.keyed);
            let read = text.and_then(|text| self.parse(text));
            let doubts = read.map(|(_, doubts)| doubts).unwrap_or_default();
            let time = read.map(|(time, _)| time);
            TimeField { name: key.name(), text, time, origin: TimeOrigin::Field, doubts }
        })
    }

    fn parse(&self, text: &str) -> Option<(ZonedTime, Doubts)> {
        let settings = self.settings();
        let latest = self.said.latest_of_field(self.around, settings.tz.as_ref());
        let mut formats = settings.formats.iter();
        let read = formats.find_map(|format| time::parse(text, format, latest.instant, settings.tz.as_ref()));
        let ReadTime { time, zone_assumed, year_assumed } = read?;
        let doubts = Doubts { zone_assumed, year_by_load: latest.by_load && year_assumed };
        time::is_possible(time, self.around.load).then_some((time, doubts))
    }

    /// The times that there are besides the fields, best first. `None` stands for a time of the syslog header that cannot be.
    pub(super) fn others(&self) -> impl Iterator<Item = (TimeOrigin, Option<ZonedTime>)> {
        time::candidates(&self.said, self.around, self.settings().tz.as_ref())
    }

    fn settings(&self) -> &'e EventTime {
        &self.section.log_type.event_time
    }
}
