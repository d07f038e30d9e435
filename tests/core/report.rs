//! The account of all objects, and the screen that shows it.

use std::time::Duration;

use es_loader::bytes::safe::Safe;
use es_loader::deliver::bulk::fault::Fault;
use es_loader::deliver::bulk::{Tally, Verdicts};
use es_loader::document::problem::{Problem, Problems};
use es_loader::load::account::Account;
use es_loader::map::compiled::Choice;
use es_loader::map::exclude::RuleAction;
use es_loader::read::object::line::{Break, LineNumber};
use es_loader::report::{ExitStatus, ObjectReport, Outcome, Report};

fn tally(groups: &[(u16, &str, &str, u64)]) -> Tally {
    let mut tally = Tally::default();
    for (status, kind, reason, count) in groups {
        for line in 0..*count {
            tally.add(&Fault::new(*status, kind, reason), LineNumber(line + 7));
        }
    }
    tally
}

fn object(name: &str, lines: u64) -> ObjectReport {
    let mut problems = Problems::default();
    problems.add_many(Problem::PacketRedacted, lines / 10);
    ObjectReport {
        account: Account {
            lines,
            documents: lines,
            text_bytes: lines * 1_000,
            bulk_bytes: lines * 1_500,
            problems,
            first_event: Some("2026-11-22T06:08:33.5Z".parse().unwrap()),
            last_event: Some("2026-11-22T07:08:33Z".parse().unwrap()),
            ..Account::default()
        },
        verdicts: Verdicts { indexed: lines, ..Verdicts::default() },
        requests: 1,
        ..ObjectReport::not_loaded(name, Outcome::Loaded)
    }
}

#[test]
fn the_screen_of_a_load_in_which_all_went_well() {
    let mut report = Report::default();
    report.add(&object("s3://bucket/a.gz", 1_234_567));
    assert_eq!(
        report.screen("indexed", Duration::from_secs(10)).to_string(),
        "\
1 object, 1.2 GB of text in 10.00 s (123,456 documents a second)
   1,234,567  lines
   1,234,567  documents
   1,234,567  indexed
           0  rejected
           0  unsent
events from 2026-11-22T06:08:33Z to 2026-11-22T07:08:33Z

what was odd, and kept:
     123,456  packet with headers or parameters whose values are not written
"
    );
    assert_eq!(report.exit_status(), ExitStatus::Complete);
}

#[test]
fn what_an_ingest_pipeline_drops_is_excluded_and_not_indexed() {
    let mut one = object("s3://bucket/a.gz", 100);
    one.verdicts.dropped = tally(&[(200, "noop", "index.default_pipeline", 40)]);
    assert_eq!(one.balance().check(), Ok(()));
    assert_eq!((one.balance().indexed, one.balance().excluded), (60, 40));
    let mut report = Report::default();
    report.add(&one);
    let screen = report.screen("written", Duration::ZERO).to_string();
    assert!(screen.contains("          60  written\n          40  excluded\n"), "{screen}");
    assert!(screen.contains("excluded by an ingest pipeline of the cluster:\n          40  "), "{screen}");
    assert_eq!(report.to_json(Duration::ZERO, 0)["dropped"], 40);
}

#[test]
fn groups_that_are_not_shown_are_counted() {
    let mut one = object("s3://bucket/a.gz", 21);
    (one.verdicts.indexed, one.verdicts.rejected) = (0, Tally::default());
    let reasons: Vec<String> = (0..7).map(|number| format!("cannot read [{number}]")).collect();
    let groups: Vec<(u16, &str, &str, u64)> =
        reasons.iter().map(|reason| (400, "mapper_parsing_exception", reason.as_str(), 3)).collect();
    one.verdicts.rejected = tally(&groups);
    let mut report = Report::default();
    report.add(&one);
    let screen = report.screen("written", Duration::ZERO).to_string();
    assert!(screen.contains("           6  for other reasons\n"), "{screen}");
}

#[test]
fn the_screen_of_a_load_in_which_much_went_wrong() {
    let mut report = Report::default();
    let mut one = object("s3://bucket/a.gz", 100);
    one.account.blank_lines = 2;
    one.account.documents = 98;
    one.verdicts.indexed = 90;
    one.verdicts.raw = tally(&[(400, "mapper_parsing_exception", "failed to parse field [x]", 2)]);
    one.verdicts.rejected = tally(&[
        (400, "mapper_parsing_exception", "object mapping", 4),
        (403, "security_exception", "no permissions", 1),
    ]);
    one.unsent = tally(&[(503, "", "the cluster is away", 3)]);
    one.sent_again = 17;
    report.add(&one);
    let mut cut = object("s3://bucket/cut.gz", 1);
    cut.account.broken =
        Some(Break { offset: 512, reason: "unexpected end of file".to_owned(), source_failed: false });
    report.add(&cut);
    for name in ["b", "c"] {
        report.add(&ObjectReport::not_loaded(format!("s3://bucket/{name}"), Outcome::empty_object()));
    }
    for number in 0..12 {
        let reason = "access denied\u{1b}[31m\u{202e}".to_owned();
        report.add(&ObjectReport::not_loaded(
            format!("s3://bucket/{number}"),
            Outcome::Failed { reason, retry: true },
        ));
    }
    let screen = report.screen("written", Duration::ZERO).to_string();
    assert_eq!(
        screen,
        "\
2 objects, 101.0 kB of text in 0.00 s (0 documents a second)
         101  lines
           2  of them blank
          99  documents
          91  written
           5  rejected
           3  unsent
events from 2026-11-22T06:08:33Z to 2026-11-22T07:08:33Z
17 times a document had to be sent again

what was odd, and kept:
          10  packet with headers or parameters whose values are not written

refused by OpenSearch, indexed in their raw form:
           2  status 400: mapper_parsing_exception: failed to parse field [x], first on line 7

rejected:
           4  status 400: mapper_parsing_exception: object mapping, first on line 7
           1  status 403: security_exception: no permissions, first on line 7

unsent:
           3  status 503: the cluster is away, first on line 7

objects that were not loaded:
           2  empty object, for example s3://bucket/b

objects that failed:
  s3://bucket/0: access denied\\u{1b}[31m\\u{202e}
  s3://bucket/1: access denied\\u{1b}[31m\\u{202e}
  s3://bucket/2: access denied\\u{1b}[31m\\u{202e}
  s3://bucket/3: access denied\\u{1b}[31m\\u{202e}
  s3://bucket/4: access denied\\u{1b}[31m\\u{202e}
  s3://bucket/5: access denied\\u{1b}[31m\\u{202e}
  s3://bucket/6: access denied\\u{1b}[31m\\u{202e}
  s3://bucket/7: access denied\\u{1b}[31m\\u{202e}
  s3://bucket/8: access denied\\u{1b}[31m\\u{202e}
  s3://bucket/9: access denied\\u{1b}[31m\\u{202e}
  s3://bucket/cut.gz: broke off after 512 bytes of text: unexpected end of file
           2  more
"
    );
    assert_eq!(report.exit_status(), ExitStatus::Unfinished);
}

#[test]
fn the_screen_of_nothing_is_short() {
    let screen = Report::default().screen("indexed", Duration::from_millis(5)).to_string();
    assert_eq!(screen.lines().next(), Some("0 objects, 0 bytes of text in 0.01 s (0 documents a second)"));
    assert!(!screen.contains("events from") && screen.lines().count() == 6, "{screen}");
}

#[test]
fn the_screen_has_one_height_however_many_kinds_of_faults_there_are() {
    let mut report = Report::default();
    for number in 0..1_000_u16 {
        let mut one = object(&format!("s3://bucket/{number}"), 1);
        one.verdicts.indexed = 0;
        one.verdicts.rejected = tally(&[(400, "kind", &format!("reason {number}"), 1)]);
        one.account.broken = Some(Break { offset: 1, reason: "end".to_owned(), source_failed: false });
        report.add(&one);
        let failed = Outcome::Failed { reason: "no".to_owned(), retry: false };
        report.add(&ObjectReport::not_loaded("s3://bucket/x", failed));
    }
    let screen = report.screen("indexed", Duration::from_secs(1)).to_string();
    assert!(screen.lines().count() < 50, "{screen}");
    assert_eq!((report.verdicts.rejected.total(), report.broken, report.failed), (1_000, 1_000, 1_000));
    assert!(screen.contains("1,980  more"), "{screen}");
}

#[test]
fn exit_statuses_say_the_worst() {
    let status = |change: fn(&mut ObjectReport)| {
        let mut report = Report::default();
        report.add(&object("a", 10));
        let mut other = object("b", 10);
        change(&mut other);
        report.add(&other);
        report.exit_status()
    };
    assert_eq!(status(|_| {}), ExitStatus::Complete);
    assert_eq!(status(|object| object.outcome = Outcome::empty_object()), ExitStatus::Complete);
    assert_eq!(status(|object| object.verdicts.raw = tally(&[(400, "", "x", 1)])), ExitStatus::Complete);
    let rejected = |object: &mut ObjectReport| {
        object.verdicts.rejected = tally(&[(400, "", "x", 1)]);
        object.verdicts.indexed -= 1;
    };
    assert_eq!(status(rejected), ExitStatus::Rejected);
    let broken = Break { offset: 0, reason: "x".to_owned(), source_failed: false };
    assert_eq!(
        {
            let mut report = Report::default();
            let mut one = object("a", 1);
            one.account.broken = Some(broken);
            report.add(&one);
            report.exit_status()
        },
        ExitStatus::Rejected
    );
    let unsent = |object: &mut ObjectReport| {
        object.unsent = tally(&[(503, "", "x", 1)]);
        object.verdicts.indexed -= 1;
    };
    assert_eq!(status(unsent), ExitStatus::Unfinished);
    assert_eq!(status(|object| object.verdicts.indexed -= 1), ExitStatus::Unfinished, "a line got lost");
    assert_eq!(
        status(|object| object.outcome = Outcome::Failed { reason: "x".to_owned(), retry: true }),
        ExitStatus::Unfinished
    );
    for (choice, expected) in [
        (Choice::Unknown, ExitStatus::Unfinished),
        (Choice::PassedOver("winevtxml"), ExitStatus::Unfinished),
        (Choice::Ignored("alb"), ExitStatus::Complete),
    ] {
        let mut report = Report::default();
        report.add(&ObjectReport::not_loaded("a", Outcome::not_taken(&choice)));
        assert_eq!(report.exit_status(), expected, "nothing but {choice:?}");
        report.add(&object("b", 10));
        assert_eq!(report.exit_status(), ExitStatus::Complete, "{choice:?} beside others");
    }
    assert!(ExitStatus::Complete < ExitStatus::Rejected && ExitStatus::Rejected < ExitStatus::Unfinished);
}

#[test]
fn what_was_left_out_and_what_is_kept_is_shown_and_numbers_that_do_not_add_up_are_called_a_defect() {
    let mut one = object("a", 10);
    one.account.exclusions.add("rules.csv:2", RuleAction::Exclude, 3);
    one.verdicts.indexed = 6;
    one.verdicts.rejected = tally(&[(400, "", "x", 1)]);
    one.dead_letters = Some("s3://kept/dead/1.ndjson.gz\u{1b}".to_owned());
    let mut report = Report::default();
    report.add(&one);
    let screen = report.screen("indexed", Duration::ZERO).to_string();
    assert!(
        screen.contains("           6  indexed\n           3  excluded\n           1  rejected\n"),
        "{screen}"
    );
    assert!(screen.contains("first on line 7\nkept in s3://kept/dead/1.ndjson.gz\\u{1b}\n"), "{screen}");
    assert!(!screen.contains("defect"), "{screen}");

    one.verdicts.indexed = 5;
    report.add(&one);
    let screen = report.screen("indexed", Duration::ZERO).to_string();
    assert!(screen.contains("the numbers do not add up: 20 events in the lines, but 19 "), "{screen}");
}

#[test]
fn an_event_of_another_product_is_shown_with_an_example() {
    let mut one = object("a", 0);
    one.account.problems.add_many(Problem::UnknownProduct, 3);
    one.account.unknown_product = Some("Gu\u{1b}ard".to_owned());
    let mut report = Report::default();
    report.add(&one);
    let screen = report.screen("indexed", Duration::ZERO).to_string();
    assert!(screen.contains("'products' adds its name, for example Gu\\u{1b}ard\n"), "{screen}");
}

#[test]
fn where_nothing_could_be_read_no_zeros_stand_before_the_reasons() {
    let mut report = Report::default();
    for name in ["a.gz", "b.gz"] {
        let outcome = Outcome::Failed { reason: "No such file".to_owned(), retry: false };
        report.add(&ObjectReport::not_loaded(name.to_owned(), outcome));
    }
    let screen = report.screen("indexed", Duration::ZERO).to_string();
    assert_eq!(screen.trim(), "objects that failed:\n  a.gz: No such file\n  b.gz: No such file");
    // With an object that was read the numbers are there, whatever they are.
    report.add(&object("c", 0));
    assert!(report.screen("indexed", Duration::ZERO).to_string().contains("0  rejected"));
}

#[test]
fn an_object_whose_source_failed_is_named_once() {
    let mut report = Report::default();
    let mut one = object("s3://bucket/a.gz", 1);
    one.account.broken = Some(Break { offset: 9, reason: "reset".to_owned(), source_failed: true });
    one.outcome = Outcome::Failed { reason: "reset".to_owned(), retry: true };
    report.add(&one);
    let screen = report.screen("indexed", Duration::ZERO).to_string();
    assert_eq!(screen.matches("s3://bucket/a.gz").count(), 1, "{screen}");
    assert_eq!(report.exit_status(), ExitStatus::Unfinished);
}

#[test]
fn numbers_of_objects_add_up() {
    let mut report = Report::default();
    let (mut one, mut two) = (object("a", 30), object("b", 70));
    one.account.first_event = Some("2020-01-01T00:00:00Z".parse().unwrap());
    two.account.last_event = None;
    two.account.blank_lines = 4;
    report.add(&one);
    report.add(&two);
    report.add(&ObjectReport::not_loaded("c", Outcome::empty_object()));
    let sum = &report.account;
    assert_eq!((report.objects, sum.lines, sum.documents, sum.blank_lines), (2, 100, 100, 4));
    assert_eq!(
        (sum.text_bytes, sum.bulk_bytes, report.verdicts.indexed, report.requests),
        (100_000, 150_000, 100, 2)
    );
    assert_eq!(sum.problems.count(Problem::PacketRedacted), 10);
    assert_eq!(sum.first_event, one.account.first_event);
    assert_eq!(sum.last_event, one.account.last_event);
}

#[test]
fn what_a_terminal_would_obey_is_made_visible() {
    let shown = Safe("a\u{1b}[2Jb\r\n\u{202e}語\u{7f}\u{9b}").to_string();
    assert_eq!(shown, "a\\u{1b}[2Jb\\r\\n\\u{202e}語\\u{7f}\\u{9b}");
}

#[test]
fn each_problem_has_a_name_and_a_meaning_of_its_own() {
    let names: std::collections::BTreeSet<&str> = Problem::ALL.iter().map(|problem| problem.name()).collect();
    let meanings: std::collections::BTreeSet<&str> =
        Problem::ALL.iter().map(|problem| problem.meaning()).collect();
    assert_eq!((names.len(), meanings.len()), (Problem::ALL.len(), Problem::ALL.len()));
    for (number, problem) in Problem::ALL.into_iter().enumerate() {
        assert_eq!(problem as usize, number, "counters are found by it");
        let mut problems = Problems::default();
        problems.add(problem);
        assert_eq!(problems.iter().collect::<Vec<_>>(), [(problem, 1)]);
    }
}

#[test]
fn the_report_for_programs_has_the_same_numbers() {
    let mut report = Report::default();
    report.add(&object("s3://bucket/a.gz", 1_000));
    report.add(&ObjectReport {
        verdicts: Verdicts {
            indexed: 7,
            rejected: tally(&[(400, "mapper_parsing_exception", "failed", 3)]),
            ..Verdicts::default()
        },
        ..object("s3://bucket/b.gz", 10)
    });
    let failed = Outcome::Failed { reason: "gone".to_owned(), retry: false };
    report.add(&ObjectReport::not_loaded("s3://bucket/c.gz", failed));
    let json = report.to_json(Duration::from_secs(2), 2);
    for (name, value) in [
        ("lines", 1_010),
        ("indexed", 1_007),
        ("rejected", 3),
        ("unsent", 0),
        ("objects_failed", 1),
        ("exit_status", 2),
    ] {
        assert_eq!(json[name], value, "{name}: {json}");
    }
    assert_eq!(json["problems"]["packet_redacted"], 101);
    assert_eq!(json["failures"][0]["object"], "s3://bucket/c.gz");
    assert_eq!(json["rejected_by"][0]["type"], "mapper_parsing_exception");
    // No reason of a refusal: it may quote the document.
    assert!(json["rejected_by"][0].get("reason").is_none());
}
