//! The index that a document goes to: prefix, suffix, date by rotation, byte for byte as SIEM on OpenSearch names them.
//!
//! Log text never takes part in it: only the section's settings and a time do.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::config::log_type::{IndexSettings, IndexTime, Rotation};

/// Names indices for one section; the last name is kept, because neighbors share it.
#[derive(Clone, Debug)]
pub struct IndexNames<'c> {
    index: &'c IndexSettings,
    date: Option<Date>,
    name: String,
}

impl<'c> IndexNames<'c> {
    /// Names for a section's index settings.
    pub fn new(index: &'c IndexSettings) -> Self {
        Self { index, date: None, name: String::new() }
    }

    /// The name for an event of time `event`, loaded at `ingested`.
    pub fn name(&mut self, event: Timestamp, ingested: Timestamp) -> &str {
        let time = match self.index.time {
            IndexTime::Event => event,
            IndexTime::Ingested => ingested,
        };
        let date = self.index.tz.date(time);
        if self.date != Some(date) {
            self.date = Some(date);
            self.name = render(self.index, date);
        }
        &self.name
    }

    /// The settings that a name is made of.
    pub(crate) fn reason(&self) -> String {
        let settings = self.index;
        let rotation = match settings.rotation {
            Rotation::Auto => "auto",
            Rotation::Daily => "daily",
            Rotation::Weekly => "weekly",
            Rotation::Monthly => "monthly",
            Rotation::Yearly => "yearly",
            Rotation::Serverless => "aoss",
        };
        let mut reason = format!("index_name = {}, index_rotation = {rotation}", settings.name);
        if !matches!(settings.rotation, Rotation::Auto | Rotation::Serverless) {
            let time = match settings.time {
                IndexTime::Event => "@timestamp",
                IndexTime::Ingested => "event.ingested",
            };
            reason.push_str(&format!(" by {time} at {}", settings.tz));
        }
        if !settings.suffix.is_empty() && settings.rotation != Rotation::Auto {
            reason.push_str(&format!(", index_suffix = {}", settings.suffix));
        }
        reason
    }
}

fn render(index: &IndexSettings, date: Date) -> String {
    let mut name = index.name.clone();
    if !index.suffix.is_empty() && index.rotation != Rotation::Auto {
        name.push_str(&format!("-{}", index.suffix));
    }
    let date = match index.rotation {
        Rotation::Serverless if index.suffix.is_empty() => return format!("{name}-001"),
        Rotation::Auto | Rotation::Serverless => return name,
        Rotation::Daily => date.strftime("%Y-%m-%d"),
        // Weeks begin on Monday, the days before the first Monday are week 0.
        Rotation::Weekly => date.strftime("%Y-w%W"),
        Rotation::Monthly => date.strftime("%Y-%m"),
        Rotation::Yearly => date.strftime("%Y"),
    };
    format!("{name}-{date}")
}
