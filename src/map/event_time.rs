//! The choice of an event's `@timestamp` among the times that its fields, its headers and its object name.

use super::compiled::CompiledSection;
use super::read::ReadEvent;
use super::table::Sources;
use crate::config::log_type::EventTime;
use crate::parse::header::Format;
use crate::parse::leef::dev_time;
use crate::parse::pairs::event_keys::{EventKeys, is_empty_value};
use crate::parse::pairs::time_keys::{LEEF_TIME, LEEF_TIME_FORMAT, OWN_TIMES, is_called};
use crate::parse::quoted_keys::quotes_others;
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
    format: Option<Format>,
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

/// The source that is the time in the object's key.
const OF_THE_KEY: &str = "file_timestamp";

impl<'e, 'a> EventTimes<'e, 'a> {
    pub(super) fn new(
        section: &'e CompiledSection,
        sources: Sources<'e, 'a>,
        read: &'e ReadEvent<'a>,
        collector: Option<CollectorTime>,
        around: &'e Surroundings,
    ) -> Self {
        let said = Said { header: sources.syslog.time, collector };
        let format = read.parsed.as_ref().map(|parsed| parsed.format);
        Self { section, sources, keyed: &read.keyed, format, said, around }
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
        let (time, doubts) = self
            .leef_time()
            .or_else(|| OWN_TIMES.into_iter().find_map(|key| self.parse_own(self.own(key)?)))?;
        Some(Chosen { time, origin: TimeOrigin::Field, doubts })
    }

    /// The time of LEEF's own attribute, in the format that the event names.
    fn leef_time(&self) -> Option<(ZonedTime, Doubts)> {
        let text = self.own(LEEF_TIME).filter(|_| self.format == Some(Format::Leef))?;
        let format = self.own(LEEF_TIME_FORMAT).filter(|format| *format != "epoch");
        let Some(format) = format else { return self.parse_own(text) };
        let zone = self.settings().tz.as_ref();
        let (clock, offset) = dev_time::read(text, format)?;
        let own_zone = offset.map(Zone::Fixed);
        let time = own_zone.as_ref().or(zone).unwrap_or(&Zone::UTC).read(clock)?;
        let doubts = Doubts { zone_assumed: offset.is_none() && zone.is_none(), year_by_load: false };
        time::is_possible(time, self.around.load).then_some((time, doubts))
    }

    /// The first value of a key, which may have its full name. What stands behind a value that quotes others may be theirs.
    fn own(&self, key: &str) -> Option<&'a str> {
        let mut own = self.keyed.own().take_while(|(name, _)| !quotes_others(name));
        own.find(|(name, value)| is_called(name, key) && !is_empty_value(value)).map(|(_, value)| value)
    }

    /// Reads a time in the forms that these keys have: a number since 1970, or a date with its year.
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

    /// Whether a field that `timestamp_key` names, or LEEF's own attribute, has a text that is no time, or one that cannot be the event's,
    /// and no field has one.
    pub(super) fn is_field_refused(&self, origin: TimeOrigin) -> bool {
        let is_told = || {
            self.fields().any(|field| field.text.is_some())
                || self.format == Some(Format::Leef) && self.own(LEEF_TIME).is_some()
        };
        origin != TimeOrigin::Field && self.fields().all(|field| field.time.is_none()) && is_told()
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
