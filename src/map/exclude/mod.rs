//! Rules that leave documents out, or only count them: `exclude_log_patterns.csv` and JMESPath conditions, in the forms of SIEM on
//! OpenSearch.
//!
//! The texts of rule files become [`rules::Rules`], and these a [`Matcher`] for each section, which its documents are held against.

mod patterns;
mod conditions;
pub(crate) mod rules;
mod matcher;
mod tally;

pub(crate) use self::matcher::{Hits, Matcher, PatternTarget};
pub use self::tally::{Exclusions, RuleAction, RuleHits};
