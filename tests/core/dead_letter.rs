//! Records of refused documents.

use std::collections::HashSet;

use es_loader::deliver::bulk::fault::Fault;
use es_loader::deliver::dead_letter::ReadError;
use es_loader::deliver::dead_letter::letter::{DeadLetter, FORMAT, LetterOrigin, Refused};
use es_loader::read::object::line::LineNumber;
use es_loader::trigger::object_ref::LineRange;
use proptest::prelude::*;
use serde_json::{Value, json};

fn origin() -> LetterOrigin {
    LetterOrigin {
        bucket: Some("logs".to_owned()),
        key: "ds_agent/a b.gz".to_owned(),
        version: Some("v1".to_owned()),
        etag: Some("e1".to_owned()),
        lines: None,
        config: "ab12".to_owned(),
    }
}

fn refused(raw_line: Option<&[u8]>, document: &str) -> Refused {
    Refused {
        line: LineNumber(7),
        raw_line: raw_line.map(<[u8]>::to_vec),
        index: "log-deepsecurity-2026-11".to_owned(),
        id: "id7".to_owned(),
        document: document.as_bytes().to_vec(),
        fault: Fault::new(400, "mapper_parsing_exception", "failed to parse field [x]"),
    }
}

fn written(refused: Refused, origin: &LetterOrigin) -> Vec<u8> {
    let mut line = Vec::new();
    DeadLetter::new(refused, origin, "2026-11-22T06:08:33.5Z".parse().unwrap()).write(&mut line);
    line
}

#[test]
fn a_record_says_what_was_refused_where_it_came_from_and_why() {
    let line = written(refused(Some(b"{\"message\":\"\xe8\xaa\x9e\"}"), r#"{"b":1,"a":[2.50]}"#), &origin());
    assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
    assert_eq!(
        serde_json::from_slice::<Value>(&line).unwrap(),
        json!({
            "format": 1, "time": "2026-11-22T06:08:33.5Z", "loader": env!("CARGO_PKG_VERSION"), "config": "ab12",
            "bucket": "logs", "key": "ds_agent/a b.gz", "version": "v1", "line": 7,
            "raw": "{\"message\":\"語\"}", "index": "log-deepsecurity-2026-11", "id": "id7",
            "status": 400, "type": "mapper_parsing_exception", "reason": "failed to parse field [x]",
            "document": {"b": 1, "a": [2.5]},
        })
    );
}

#[test]
fn a_record_that_is_read_gives_line_and_document_byte_by_byte() {
    let document = r#"{"b":1,"a":[2.50,1e400,"\u00e9"]}"#;
    for raw in [&b"text \xe8\xaa\x9e"[..], b"Shift_JIS \x93\xfa\x96\x7b\0", b""] {
        let letter = DeadLetter::read(&written(refused(Some(raw), document), &origin())).unwrap();
        assert_eq!(letter.raw_line().as_deref(), Some(raw));
        assert_eq!(letter.document.unwrap().get(), document);
        assert_eq!((letter.line, letter.id.as_str(), letter.status), (7, "id7", 400));
    }
    let letter = DeadLetter::read(&written(refused(None, "no JSON"), &LetterOrigin::default())).unwrap();
    assert!(letter.raw_line().is_none() && letter.document.is_none() && letter.bucket.is_none());
}

#[test]
fn what_is_no_record_or_a_later_one_is_not_read() {
    for line in
        [&b""[..], b"{}", b"[]", b"{\"format\":1}", b"{\"format\":\"1\"}", b"{\"format\":1,\"line\":\"x\"}"]
    {
        assert!(matches!(DeadLetter::read(line), Err(ReadError::Json(_))), "{line:?}");
    }
    let later = format!("{{\"format\":{},\"everything\":\"else\"}}", FORMAT + 1);
    let error = DeadLetter::read(later.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "dead letter of format 2, but only format 1 is known: use the es-loader that wrote it"
    );
}

#[test]
fn the_file_of_a_part_of_an_object_has_one_name_and_no_other_part_has_it() {
    let name = origin().file_name();
    assert_eq!(name, LetterOrigin { config: "another".to_owned(), ..origin() }.file_name());
    assert!(name.ends_with(".ndjson.gz") && name.len() < 60, "{name}");
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.'), "{name}");
    let range = |start, end| Some(LineRange { start, end });
    let others = [
        LetterOrigin { bucket: None, ..origin() },
        LetterOrigin { bucket: Some("logs2".to_owned()), ..origin() },
        LetterOrigin { key: "ds_agent/a b.g".to_owned(), ..origin() },
        LetterOrigin { key: "../../etc/passwd".to_owned(), ..origin() },
        LetterOrigin { version: None, ..origin() },
        LetterOrigin { version: None, etag: Some("e2".to_owned()), ..origin() },
        LetterOrigin { version: None, etag: None, ..origin() },
        LetterOrigin { version: Some(String::new()), ..origin() },
        LetterOrigin { lines: range(1, None), ..origin() },
        LetterOrigin { lines: range(1, Some(2)), ..origin() },
        LetterOrigin { lines: range(12, None), ..origin() },
        LetterOrigin { bucket: Some("log".to_owned()), key: "sds_agent/a b.gz".to_owned(), ..origin() },
        origin(),
    ];
    let names: HashSet<String> = others.iter().map(LetterOrigin::file_name).collect();
    assert_eq!(names.len(), others.len());
}

proptest! {
    #![proptest_config(crate::cases(128))]

    #[test]
    fn any_line_comes_back_as_it_was(raw in proptest::collection::vec(any::<u8>(), 0..200), reason in ".{0,40}") {
        let mut refused = refused(Some(&raw), "{}");
        refused.fault = Fault::new(400, "", &reason);
        let letter = DeadLetter::read(&written(refused.clone(), &origin())).unwrap();
        prop_assert_eq!(letter.raw_line(), Some(raw));
        prop_assert_eq!(letter.reason, refused.fault.reason);
    }
}
