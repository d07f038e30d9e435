//! `docs/differences.md`: what it says that this loader does, the loader does.

use serde_json::Value;

use crate::support::{fluentd_line, load_bytes, plan};

const PAGE: &str = include_str!("../../docs/differences.md");

/// Lines, and what each named field of their first document is in es-loader.
struct Example<'p> {
    lines: Vec<&'p str>,
    claims: Vec<(&'p str, &'p str)>,
}

fn examples() -> Vec<Example<'static>> {
    let blocks = PAGE.split("```text\n").skip(1).map(|block| block.split("\n```").next().unwrap());
    blocks
        .map(|block| {
            let mut lines: Vec<&str> = block.lines().collect();
            let claims = lines.pop().unwrap().split("; ").map(|claim| {
                let (field, values) = claim.split_once(": ").unwrap_or_else(|| panic!("{claim}"));
                let (_, ours) = values.split_once(", es-loader ").unwrap_or_else(|| panic!("{claim}"));
                (field, ours)
            });
            Example { claims: claims.collect(), lines }
        })
        .collect()
}

#[test]
fn each_example_gives_the_document_that_the_page_promises() {
    let examples = examples();
    assert!(examples.len() >= 20, "{}", examples.len());
    let mut broken = String::new();
    for Example { lines, claims } in examples {
        let bytes: Vec<u8> = lines
            .iter()
            .flat_map(|line| match line.starts_with('{') {
                true => format!("{line}\n").into_bytes(),
                false => fluentd_line(line),
            })
            .collect();
        let loaded = load_bytes(plan(), &bytes);
        for (field, ours) in claims {
            let given = match field {
                "documents" => Value::from(loaded.documents.len()),
                field => loaded.documents[0].get(field).clone(),
            };
            let promised = match ours {
                "nothing" => Value::Null,
                json => serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}")),
            };
            if given != promised {
                broken.push_str(&format!("{}\n  {field}: {given}, not {promised}\n", lines[0]));
            }
        }
    }
    assert!(broken.is_empty(), "\n{broken}");
}
