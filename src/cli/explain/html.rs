//! Writes an explanation as one HTML page, to attach to a ticket: no script, nothing loaded from elsewhere, and no text of the line but
//! what the document has of it, as that is without secrets.

use std::fmt;

use super::explained::{Explained, ExplainedDocument, Missing};
use super::screen::{places, text};

const STYLE: &str = "body{font:14px/1.5 system-ui,sans-serif;margin:2rem;color-scheme:light dark}\
     table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.2rem .6rem;\
     border-bottom:1px solid #8884}td{font-family:ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}";

pub(super) struct Page<'e>(pub(super) &'e Explained);

struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explained { line, section, documents, missing, .. } = self.0;
        let line = Escaped(line);
        writeln!(f, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{line}</title>")?;
        writeln!(
            f,
            "<style>{STYLE}</style>\n<h1>{line}</h1>\n<p>Read by section [{}].</p>",
            Escaped(section)
        )?;
        for document in documents {
            show(f, document)?;
        }
        for Missing { field, reason } in missing {
            writeln!(f, "<p>{} is absent: {}</p>", Escaped(field), Escaped(reason))?;
        }
        writeln!(f, "</html>")
    }
}

fn show(f: &mut fmt::Formatter<'_>, document: &ExplainedDocument) -> fmt::Result {
    let ExplainedDocument { excluded, explanation, .. } = document;
    if *excluded {
        writeln!(f, "<p>A rule leaves this document out.</p>")?;
    }
    writeln!(
        f,
        "<p>Index {}, time {}.</p>",
        Escaped(&explanation.index.value),
        Escaped(&explanation.time.value)
    )?;
    writeln!(f, "<table>\n<tr><th>Field<th>Value<th>Read from<th>Set by")?;
    for field in &explanation.fields {
        let (value, from) = (text(&field.value), places(&field.sources));
        let mut rule = field.rule.place.as_ref().map_or(String::new(), |place| format!("{place}: "));
        rule.push_str(&field.rule.meaning);
        for change in &field.changes {
            rule.push_str(&format!(" · {change}"));
        }
        let (name, value) = (Escaped(&field.field), Escaped(&value));
        writeln!(f, "<tr><td>{name}<td>{value}<td>{}<td>{}", Escaped(&from), Escaped(&rule))?;
    }
    writeln!(f, "</table>")
}
