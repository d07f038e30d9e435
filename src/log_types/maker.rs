//! The names by which a header tells who wrote an event, in a form in which they can be compared.

/// A name without what is no part of it: in lower case, without ™ and ®, with single blanks.
pub(crate) fn plain_name(name: &str) -> String {
    let name = name.replace(['™', '®'], " ").to_lowercase();
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn case_marks_and_doubled_blanks_are_no_part_of_a_name() {
        assert_eq!(plain_name(" TrendAI™ "), "trendai");
        assert_eq!(plain_name("Trend  Micro®"), "trend micro");
        assert_eq!(plain_name("Server & Workload Protection™ Agent"), "server & workload protection agent");
    }
}
