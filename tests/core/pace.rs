//! The pace of requests.

use es_loader::deliver::bulk::Pace;

const MB: usize = 1_000_000;

#[test]
fn number_and_size_fall_by_half_with_each_complaint_and_never_to_nothing() {
    let mut pace = Pace::new(8);
    assert_eq!((pace.in_flight(), pace.bytes()), (8, usize::MAX));
    pace.complained(4 * MB);
    assert_eq!((pace.in_flight(), pace.bytes()), (4, 2 * MB));
    pace.complained(2 * MB);
    assert_eq!((pace.in_flight(), pace.bytes()), (2, MB));
    for _ in 0..99 {
        pace.complained(10);
    }
    assert_eq!(pace.in_flight(), 1);
    assert!(pace.bytes() > 10_000, "{}", pace.bytes());
}

#[test]
fn both_rise_again_step_by_step_to_where_they_were() {
    let mut pace = Pace::new(3);
    pace.complained(5 * MB);
    let mut seen = vec![(pace.in_flight(), pace.bytes())];
    for _ in 0..40 {
        pace.went_well();
        let (before, now) = (*seen.last().unwrap_or(&(0, 0)), (pace.in_flight(), pace.bytes()));
        assert!(now.0 - before.0 <= 1 && now.1 > before.1 && now.1 - before.1 < MB, "{before:?} {now:?}");
        seen.push(now);
    }
    assert_eq!(seen.first(), Some(&(1, 5 * MB / 2)));
    assert_eq!(pace.in_flight(), 3);
    assert!(pace.bytes() > 10 * MB);
}

#[test]
fn a_failure_that_is_no_complaint_delays_the_rise_only() {
    let mut pace = Pace::new(2);
    pace.complained(MB);
    for _ in 0..99 {
        pace.went_well();
        pace.went_well();
        pace.went_wrong();
    }
    assert_eq!(pace.in_flight(), 1);
    pace.went_well();
    pace.went_well();
    pace.went_well();
    pace.went_well();
    assert_eq!(pace.in_flight(), 2);
}

/// How many answers without complaint there have to be before the pace tries a larger size than this.
fn answers_until_more_than(bytes: usize, pace: &mut Pace) -> usize {
    (1..10_000)
        .find(|_| {
            pace.went_well();
            pace.bytes() > bytes
        })
        .unwrap()
}

#[test]
fn what_the_endpoint_does_not_take_is_tried_again_ever_more_rarely() {
    let mut pace = Pace::new(2);
    pace.too_large(4 * MB);
    assert_eq!((pace.in_flight(), pace.bytes()), (2, 3 * MB));
    let mut before = 0;
    for _ in 0..6 {
        let answers = answers_until_more_than(3 * MB, &mut pace);
        assert!(answers >= 16 && answers >= 2 * before, "{answers} after {before}");
        before = answers;
        pace.too_large(4 * MB);
        assert_eq!(pace.bytes(), 3 * MB);
    }
    pace.too_large(8 * MB);
    assert_eq!(pace.bytes(), 3 * MB, "a larger refusal tells nothing new");
}

#[test]
fn a_size_that_was_refused_by_chance_is_soon_reached_again() {
    let mut pace = Pace::new(2);
    for _ in 0..9 {
        pace.too_large(pace.bytes().min(4 * MB));
    }
    assert!(pace.bytes() < MB);
    let mut answers = 0;
    while pace.bytes() < 4 * MB {
        pace.took(pace.bytes());
        pace.went_well();
        answers += 1;
    }
    assert!(answers < 200, "{answers}");
}

#[test]
fn a_size_that_was_taken_before_is_too_large_when_it_is_refused_three_times_in_a_row() {
    let mut pace = Pace::new(2);
    pace.took(4 * MB);
    pace.too_large(4 * MB);
    pace.too_large(4 * MB);
    pace.went_wrong();
    pace.too_large(4 * MB);
    pace.too_large(4 * MB);
    assert_eq!(pace.bytes(), usize::MAX, "it is about something else");
    pace.too_large(4 * MB);
    assert_eq!(pace.bytes(), 3 * MB);
}

#[test]
fn requests_stay_as_large_as_some_that_were_taken_where_others_are_refused_by_chance() {
    let mut pace = Pace::new(2);
    for _ in 0..20 {
        pace.took(4 * MB);
        pace.went_well();
        pace.too_large(4 * MB + 1);
    }
    assert_eq!(pace.bytes(), 4 * MB);
}
