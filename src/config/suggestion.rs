//! "Did you mean": the nearest of the words that would have been right.

/// The nearest of `candidates` to `word`, if one is near enough to be meant.
pub(super) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer words are no typing errors, and distance costs the product of both lengths.
    const LONGEST: usize = 64;
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .filter_map(|candidate| {
            // `timestamp` is nearer to `timestamp_key` than to another word with three letters changed.
            let length = word.chars().count().max(candidate.chars().count());
            let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
            let prefix = word.len() >= 4 && candidate.starts_with(&format!("{word}_"));
            let near = distance <= (length / 3).clamp(1, 3);
            (near || prefix).then_some((if near { distance } else { 2 }, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `did you mean 's3_key'?`, if there is a near one.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean '{candidate}'?"))
}
