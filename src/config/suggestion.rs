//! "Did you mean": the nearest of the words that would have been right.

/// The nearest of `candidates` to `word`, if one is near enough to be meant.
pub(crate) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer words are no typing errors, and distance costs the product of both lengths.
    const LONGEST: usize = 64;
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let (lower, length) = (word.to_lowercase(), word.chars().count());
    let distance_to = |candidate: &str| {
        let other = candidate.chars().count();
        let longest = (length.max(other) / 3).clamp(1, 3);
        // An edit changes the length by one at most.
        let can_be_near = length.abs_diff(other) <= longest;
        let distance = can_be_near.then(|| strsim::osa_distance(&lower, &candidate.to_lowercase()));
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

/// Whether two words are at most `longest` edits apart.
pub(super) fn is_near(one: &str, other: &str, longest: usize) -> bool {
    strsim::osa_distance(one, other) <= longest
}

/// `did you mean 's3_key'?`, if there is a near one.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean '{candidate}'?"))
}
