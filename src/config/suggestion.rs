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
        let longest = (letters.max(candidate.chars().count()) / 3).clamp(1, 3);
        let distance = can_be_near(word, candidate, longest)
            .then(|| strsim::osa_distance(&lower, &candidate.to_lowercase()));
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
    can_be_near(one, other, longest) && strsim::osa_distance(one, other) <= longest
}

/// Whether two words can be at most `longest` edits apart, in any case of letters. To ask costs little, which spares the distance to most
/// candidates of a long list.
fn can_be_near(one: &str, other: &str, longest: usize) -> bool {
    // An edit changes the length by one, and takes one letter away and brings one in, at most.
    let (letters, others) = (letters(one), letters(other));
    let apart = |from: u64, to: u64| usize::try_from((from & !to).count_ones()).unwrap_or(usize::MAX);
    one.chars().count().abs_diff(other.chars().count()) <= longest
        && apart(letters, others) <= longest
        && apart(others, letters) <= longest
}

/// A bit for each letter of a word that is ASCII.
fn letters(word: &str) -> u64 {
    let letters = word.bytes().filter(u8::is_ascii).map(|byte| byte.to_ascii_lowercase());
    letters.fold(0, |letters, byte| letters | 1 << (byte % 64))
}

/// `did you mean 's3_key'?`, if there is a near one.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean '{candidate}'?"))
}
