//! JMESPath conditions: `{"<section>/<name>": {"action": "EXCLUDE", "expression": "…"}}`, as parameters of the Parameter Store hold
//! them, or the parameters themselves as `aws ssm get-parameters-by-path` prints them.

use std::fmt;

use jmespath::ast::Ast;
use jmespath::{
    Context, DEFAULT_RUNTIME, ErrorReason, Expression, JmespathError, Rcvar, RuntimeError, Variable,
};
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::patterns::near_miss;
use super::tally::RuleAction;
use crate::config::diagnostic::{Diagnostic, File, Position};
use crate::config::{did_you_mean, quoted};

/// The names of SIEM on OpenSearch's parameters begin with this.
const PREFIX: &str = "/siem/exclude-logs/";

/// One condition that is switched on.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    /// Its name in counts: `<section>/<name>`.
    pub(super) rule: String,
    pub(super) log_type: String,
    pub(super) action: RuleAction,
    pub(super) expression: Expression<'static>,
}

/// Reads one file.
pub(super) fn read(
    file: &File,
    sections: &[&str],
    conditions: &mut Vec<Condition>,
    findings: &mut Vec<Diagnostic>,
) {
    let text = file.text.trim_start_matches('\u{feff}');
    let settings: Settings = match serde_json::from_str(text) {
        Ok(settings) => settings,
        Err(fault) => {
            let message = fault.to_string();
            let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
            // A fault at the end of the text stands behind its last character.
            let position = Position {
                file: file.name.as_str().into(),
                line: fault.line().max(1),
                column: fault.column().max(1),
            };
            findings.push(Diagnostic::error(&position, message));
            return;
        }
    };
    for (name, setting) in settings.0 {
        if sections.contains(&name.log_type.as_str()) {
            conditions.extend(setting.action.map(|action| Condition {
                rule: format!("{}/{}", name.log_type, name.name),
                log_type: name.log_type,
                action,
                expression: setting.expression,
            }));
        } else {
            findings.extend(near_miss(&name.log_type, sections, &position_of(file, text, &name)));
        }
    }
}

/// Where a name stands.
fn position_of(file: &File, text: &str, name: &Name) -> Position {
    let written = format!("{}/{}", name.log_type, name.name);
    let start = Position::start(&file.name);
    match text.split_once(&written) {
        Some((before, _)) => start.after(before),
        // It is written with escapes of JSON.
        None => start,
    }
}

/// All conditions in the order of the file.
struct Settings(Vec<(Name, Setting)>);

/// `<section>/<name>`, with or without the parameters' prefix.
struct Name {
    log_type: String,
    name: String,
}

/// The value of a parameter.
#[derive(Deserialize)]
struct Setting {
    /// `None` switches the condition off.
    #[serde(deserialize_with = "action")]
    action: Option<RuleAction>,
    #[serde(deserialize_with = "expression")]
    expression: Expression<'static>,
}

/// A parameter as the command line of AWS prints it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    name: Name,
    #[serde(deserialize_with = "inside_text")]
    value: Setting,
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Settings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of conditions by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Settings, A::Error> {
        let mut all = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "Parameters" => {
                    let parameters: Vec<Parameter> = map.next_value()?;
                    all.extend(parameters.into_iter().map(|parameter| (parameter.name, parameter.value)));
                }
                "InvalidParameters" | "NextToken" => {
                    map.next_value::<IgnoredAny>()?;
                }
                name => all.push((Name::parse(name).map_err(A::Error::custom)?, map.next_value()?)),
            }
        }
        Ok(Settings(all))
    }
}

impl Name {
    fn parse(text: &str) -> Result<Self, String> {
        match text.strip_prefix(PREFIX).unwrap_or(text).split_once('/') {
            Some((log_type, name)) if !log_type.is_empty() && !name.is_empty() => {
                Ok(Self { log_type: log_type.to_owned(), name: name.to_owned() })
            }
            _ => {
                Err(format!("condition {} does not name its section; write '<section>/<name>'", quoted(text)))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

fn action<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RuleAction>, D::Error> {
    let word = String::deserialize(deserializer)?;
    match word.to_lowercase().as_str() {
        "exclude" => Ok(Some(RuleAction::Exclude)),
        "count" => Ok(Some(RuleAction::Count)),
        "disable" => Ok(None),
        other => {
            let help = did_you_mean(other, ["exclude", "count", "disable"])
                .unwrap_or_else(|| "write EXCLUDE, COUNT or DISABLE".to_owned());
            Err(D::Error::custom(format!("unknown action {}; {help}", quoted(&word))))
        }
    }
}

fn expression<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Expression<'static>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let compiled = jmespath::compile(&text);
    let checked = compiled.and_then(|expression| check(expression.as_ast(), &text).map(|()| expression));
    checked.map_err(|fault| {
        let reason = fault.reason.to_string();
        let at = fault.column + 1;
        D::Error::custom(format!(
            "no JMESPath expression: {}, at character {at} of {}",
            reason.trim(),
            quoted(&text)
        ))
    })
}

/// Whether all functions of an expression are there, and have as many arguments as they take: a condition with another one would be true
/// of no document.
fn check(node: &Ast, text: &str) -> Result<(), JmespathError> {
    match node {
        Ast::Function { offset, name, args } => {
            let mut context = Context::new(text, &DEFAULT_RUNTIME);
            context.offset = *offset;
            let fault = |reason| Err(JmespathError::from_ctx(&context, ErrorReason::Runtime(reason)));
            let Some(function) = DEFAULT_RUNTIME.get_function(name) else {
                return fault(RuntimeError::UnknownFunction(name.clone()));
            };
            // Nulls fit hardly any function, which says so after it has counted them.
            let nulls = vec![Rcvar::new(Variable::Null); args.len()];
            let called = function.evaluate(&nulls, &mut Context::new(text, &DEFAULT_RUNTIME));
            if let Err(JmespathError { reason: ErrorReason::Runtime(reason), .. }) = called
                && matches!(
                    reason,
                    RuntimeError::NotEnoughArguments { .. } | RuntimeError::TooManyArguments { .. }
                )
            {
                return fault(reason);
            }
            args.iter().try_for_each(|node| check(node, text))
        }
        Ast::MultiList { elements, .. } => elements.iter().try_for_each(|node| check(node, text)),
        Ast::MultiHash { elements, .. } => elements.iter().try_for_each(|pair| check(&pair.value, text)),
        Ast::Expref { ast: node, .. }
        | Ast::Flatten { node, .. }
        | Ast::Not { node, .. }
        | Ast::ObjectValues { node, .. } => check(node, text),
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Condition { predicate: lhs, then: rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. } => check(lhs, text).and_then(|()| check(rhs, text)),
        Ast::Identity { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Slice { .. } => Ok(()),
    }
}

fn inside_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Setting, D::Error> {
    let text = String::deserialize(deserializer)?;
    serde_json::from_str(&text).map_err(|fault| D::Error::custom(format!("inside the value: {fault}")))
}
