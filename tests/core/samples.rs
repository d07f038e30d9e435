//! Deep Security's own lines, and the hostile ones that a real syslog chain wrote: each as header and pairs, and
//! cut and damaged in every place.
//!
//! `data/deep-security.txt` holds them: `>` the line (`␉` a tab), `|` the header fields, then `key: «value»`.

use es_loader::parse::header::{Format, Marker};
use es_loader::parse::joined::split;
use es_loader::parse::marker::find;
use es_loader::parse::pairs::pair::Pair;
use es_loader::parse::{cef, leef, syslog};
use proptest::prelude::*;

struct Sample {
    line: String,
    header: Vec<String>,
    pairs: Vec<(String, String)>,
}

fn samples() -> Vec<Sample> {
    include_str!("data/deep-security.txt").split("\n\n").map(sample).collect()
}

fn sample(block: &str) -> Sample {
    let mut lines = block.lines();
    let line = lines.next().unwrap().strip_prefix("> ").unwrap().replace('␉', "\t");
    let header = lines.next().unwrap().strip_prefix('|').unwrap();
    let header = header.split('¦').map(|field| field.trim().to_owned()).collect();
    let pairs = lines.map(|line| {
        let (key, value) = line.split_once(": «").unwrap();
        (key.to_owned(), value.strip_suffix('»').unwrap().to_owned())
    });
    Sample { line, header, pairs: pairs.collect() }
}

/// What a line gives, whichever format it has.
struct Read<'a> {
    marker: Marker,
    prefix: &'a str,
    header: Vec<String>,
    /// A delimiter field that names no delimiter.
    unknown_delimiter: &'a str,
    unparsed: &'a str,
    pairs: Vec<Pair<'a>>,
}

fn read(text: &str) -> Option<Read<'_>> {
    let marker = find(text)?;
    let mut pairs = Vec::new();
    Some(match marker.format {
        Format::Cef => {
            let event = cef::parse(text, marker, crate::support::arena(), &mut pairs);
            let h = event.header;
            let fields = [h.vendor, h.product, h.device_version, h.signature_id, h.name, h.severity];
            let header = std::iter::once(h.version.to_owned()).chain(fields.map(String::from)).collect();
            let (prefix, unparsed) = (event.prefix, event.unparsed);
            Read { marker, prefix, header, unknown_delimiter: "", unparsed, pairs }
        }
        Format::Leef => {
            let event = leef::parse(text, marker, crate::support::arena(), &mut pairs);
            let h = event.header;
            let fields = [h.vendor, h.product, h.device_version, h.signature_id];
            let header = std::iter::once(h.version.to_owned()).chain(fields.map(String::from)).collect();
            let unknown_delimiter = event.unknown_delimiter.unwrap_or_default();
            let (prefix, unparsed) = (event.prefix, event.unparsed);
            Read { marker, prefix, header, unknown_delimiter, unparsed, pairs }
        }
    })
}

#[test]
fn every_line_gives_its_header_and_its_pairs() {
    let samples = samples();
    assert_eq!(samples.len(), 47);
    for sample in samples {
        let found = read(&sample.line).unwrap();
        let pairs: Vec<_> =
            found.pairs.iter().map(|pair| (pair.key.to_owned(), pair.value().into_owned())).collect();
        assert_eq!(found.header, sample.header, "{}", sample.line);
        assert_eq!(pairs, sample.pairs, "{}", sample.line);
        assert_eq!(found.unparsed, "", "{}", sample.line);
        assert_eq!(split(&sample.line).count(), 1, "{}", sample.line);
    }
}

#[test]
fn every_line_that_has_a_syslog_header_gives_its_time() {
    for sample in samples() {
        let found = read(&sample.line).unwrap();
        assert_eq!(syslog::parse(found.prefix).time.is_some(), !found.prefix.is_empty(), "{}", sample.line);
    }
}

#[test]
fn published_leef_lines_with_blanks_for_tabs_can_be_cut_at_known_keys() {
    const KNOWN: [&str; 3] = ["cn1", "cn1Label", "TrendMicroDsFileMD5"];
    for (id, expected) in [
        ("2002779", vec![("sev", "8"), ("cn1", "37"), ("cn1Label", "Host ID")]),
        (
            "4000030",
            vec![
                ("sev", "6"),
                ("cn1", "241"),
                ("cn1Label", "Host ID"),
                ("TrendMicroDsMalwareTargetType", "File System"),
                ("TrendMicroDsFileMD5", "1947A1BC0982C5871FA3768CD025453E"),
            ],
        ),
    ] {
        let sample = samples().into_iter().find(|sample| sample.header.contains(&id.to_owned())).unwrap();
        let found = read(&sample.line).unwrap();
        let cut: Vec<_> =
            found.pairs.iter().flat_map(|&pair| leef::split_blank_separated(pair, &KNOWN)).collect();
        let cut: Vec<_> = cut
            .iter()
            .map(|pair| (pair.key, pair.raw))
            .filter(|(key, _)| expected.iter().any(|(expected, _)| expected == key))
            .collect();
        assert_eq!(cut, expected);
    }
}

#[test]
fn text_that_forges_a_key_or_quotes_an_event_changes_no_earlier_key() {
    let sample = samples().into_iter().find(|sample| sample.line.contains("user said")).unwrap();
    let found = read(&sample.line).unwrap();
    let first = |key| found.pairs.iter().find(|pair| pair.key == key).map(|pair| pair.raw);
    assert_eq!(first("src"), Some("127.0.0.1"));
    assert_eq!(first("duser"), Some("(no user)"));
    assert_eq!(found.header[5], "Microsoft Windows Events");
}

/// Characters that may stand between the parts of a line, and so may be missing from them.
fn is_between(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\0' | '\u{feff}' | '|' | '\\' | '=')
}

/// The field that names LEEF's delimiter, if there is one (rules L-2, L-3).
fn delimiter_field<'a>(line: &'a str, found: &Read<'_>) -> Option<&'a str> {
    let has_field =
        found.marker.format == Format::Leef && !["0", "1", "1.0"].contains(&found.header[0].as_str());
    let from_version = &line[found.marker.version..];
    let mut pipes = from_version.match_indices('|').filter(|(at, _)| !from_version[..*at].ends_with('\\'));
    let (end_of_header, _) = pipes.nth(4).filter(|_| has_field && found.unknown_delimiter.is_empty())?;
    let (field, _) = from_version[end_of_header + 1..].split_once('|')?;
    (field == "=" || !field.contains('=')).then_some(field)
}

/// Rule R1: the parts, one after the other, are the line, but for what stands between them.
fn is_whole(line: &str) -> bool {
    let Some(found) = read(line) else {
        return true;
    };
    let marker = match (found.marker.restored, found.marker.format) {
        (true, _) => "",
        (false, Format::Cef) => "CEF:",
        (false, Format::Leef) => "LEEF:",
    };
    // What stands between attributes, and the name of it, is not among the parts.
    let field = delimiter_field(line, &found).unwrap_or_default();
    let digits = field.trim_start_matches("0x").trim_start_matches(['x', 'X']);
    let code_point = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
    let is_between = |character: char| {
        is_between(character)
            || found.marker.format == Format::Leef && matches!(character, '#' | '0' | '1')
            || field.contains(character)
            || Some(character) == code_point
    };
    let kept = |character: &char| !is_between(*character);
    let before = [found.prefix, marker];
    let header = found.header.iter().map(String::as_str);
    let behind = [found.unknown_delimiter, found.unparsed];
    let pairs = found.pairs.iter().flat_map(|pair| [pair.key, pair.raw]);
    let spellings: &[&str] = if found.marker.format == Format::Leef { &SPELLED_TABS } else { &ESCAPED };
    let without_spellings =
        |text: &str| spellings.iter().fold(text.to_owned(), |text, spelling| text.replace(spelling, ""));
    // The end of one part and the begin of the next are no spelled tab.
    let parts: String =
        before.into_iter().chain(header).chain(behind).chain(pairs).map(without_spellings).collect();
    let line = without_spellings(without_escaped_line_ends(line));
    parts.chars().filter(kept).eq(line.chars().filter(kept))
}

/// The text without the line ends and NUL bytes behind it, as they are or escaped (rule U3).
fn without_escaped_line_ends(text: &str) -> &str {
    const ESCAPED: [&str; 6] = ["#015", "#012", "#000", "\\015", "\\012", "\\000"];
    let text = text.trim_end_matches(['\r', '\n', '\0']);
    let before = ESCAPED.iter().find_map(|end| text.strip_suffix(end));
    before.map_or(text, without_escaped_line_ends)
}

/// The spellings of a tab, each of which may stand between two attributes (rule L-7).
const SPELLED_TABS: [&str; 13] = [
    "#009", "#011", "\\011", "\\t", "\\x09", "#x09", "\\u0009", "%09", "&#9;", "&#x9;", "<TAB>", "<tab>",
    "^I",
];

/// What rsyslog writes for a tab or a line end, which may stand between two pairs (rule E1).
const ESCAPED: [&str; 3] = ["#011", "#012", "#015"];

#[test]
fn r1_every_line_cut_at_any_place_keeps_every_byte_somewhere() {
    for Sample { line, .. } in samples() {
        for (at, _) in line.char_indices() {
            assert!(is_whole(&line[..at]), "{}", &line[..at]);
        }
        assert!(is_whole(&line));
    }
}

#[test]
fn r1_every_line_with_any_character_missing_keeps_every_byte_somewhere() {
    for Sample { line, .. } in samples() {
        for (at, character) in line.char_indices() {
            let damaged = format!("{}{}", &line[..at], &line[at + character.len_utf8()..]);
            assert!(is_whole(&damaged), "{damaged}");
        }
    }
    assert!(is_whole(r"LEEF:1.0|v|p|1|id|\ta="), "a spelled tab in front");
    assert!(is_whole(r"LEEF:1.0|v|p|1|id|\=t"), "a backslash before the value of a key");
}

proptest! {
    #![proptest_config(crate::cases(256))]

    #[test]
    fn r1_any_mix_of_what_the_formats_are_made_of_keeps_every_byte_somewhere(
        start in proptest::sample::select(vec!["", "CEF:0|v|p|1|2|n|3|", "LEEF:2.0|v|p|1|id|", "0|v|p|1|2|n|3|a="]),
        pieces in proptest::collection::vec(proptest::sample::select(vec![
            "CEF:0|", "CEF: 1|", "LEEF:1.0|", "LEEF:2.0|", "\\", "\\|", "\\=", "=", "|", " ", "  ", "\t", "#011", "\\011",
            "#012", "日本", "é", "a", "act=", " src=", "b[0]=", ".x", "-", "12", "<13>", "Oct  2 16:41:16 ", "\u{feff}",
            "\0", "\n", "\r\n", "\u{a0}", "3", "Label=", "2.0", "x",
        ]), 0..30),
    ) {
        let text = format!("{start}{}", pieces.concat());
        prop_assert!(is_whole(&text), "{:?}", text);
        for part in split(&text) {
            prop_assert!(is_whole(part), "{:?}", part);
        }
    }

    #[test]
    fn no_text_at_all_makes_a_parser_fail(text in any::<String>(), extension in any::<String>()) {
        for header in ["", "CEF:0|v|p|1|2|n|3|", "LEEF:1.0|v|p|1|id|"] {
            let event = format!("{header}{extension}");
            prop_assert!(is_whole(&event), "{:?}", event);
        }
        prop_assert!(is_whole(&text));
        syslog::parse(&text);
    }
}
