//! "Did you mean": the nearest of the words that would have been right.

/// The nearest of `candidates` to `word`, if one is near enough to be meant.
pub(super) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer words are no typing errors, and distance costs the product of both lengths.
    const LONGEST: usize = 64;
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let (lower, letters) = (word.to_lowercase(), word.chars().count());
    let distance_to = |candidate: &str| {
        let candidate_letters = candidate.chars().count();
        let longest = (letters.max(candidate_letters) / 3).clamp(1, 3);
        // The distance is at least the difference of the lengths, which spares most candidates of a long list.
        let is_possible = letters.abs_diff(candidate_letters) <= longest;
        let distance = is_possible.then(|| strsim::osa_distance(&lower, &candidate.to_lowercase()));
        distance.filter(|distance| *distance <= longest).or_else(|| {
            // `timestamp` is nearer to `timestamp_key` than to another word with three letters changed.
            let rest = candidate.strip_prefix(word).filter(|_| word.len() >= 4)?;
            rest.starts_with('_').then_some(2)
        })
    };
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .filter_map(|candidate| Some((distance_to(candidate)?, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `did you mean 's3_key'?`, if there is a near one.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean '{candidate}'?"))
}
