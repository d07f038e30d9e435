//! "Did you mean": the nearest of the words that would have been right.

/// The nearest of `candidates` to `word`, if one is near enough to be meant.
pub(crate) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer words are no typing errors, and distance costs the product of both lengths.
    const LONGEST: usize = 64;
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let (lower, shape) = (word.to_lowercase(), Shape::of(word));
    let distance_to = |candidate: &str| {
        let other = Shape::of(candidate);
        let longest = (shape.length.max(other.length) / 3).clamp(1, 3);
        let distance = shape
            .can_be_near(other, longest)
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
    Shape::of(one).can_be_near(Shape::of(other), longest) && strsim::osa_distance(one, other) <= longest
}

/// What tells quickly that two words are far apart, which spares the distance to most candidates of a long list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Its characters.
    length: usize,
    /// A bit for each letter that is ASCII.
    letters: u64,
}

impl Shape {
    pub(super) fn of(word: &str) -> Self {
        let letters = word.bytes().filter(u8::is_ascii).map(|byte| byte.to_ascii_lowercase());
        let letters = letters.fold(0, |letters, byte| letters | 1 << (byte % 64));
        Self { length: word.chars().count(), letters }
    }

    /// Whether two words can be at most `longest` edits apart, in any case of letters.
    pub(super) fn can_be_near(self, other: Self, longest: usize) -> bool {
        // An edit changes the length by one, and takes one letter away and brings one in, at most.
        let apart = |from: u64, to: u64| usize::try_from((from & !to).count_ones()).unwrap_or(usize::MAX);
        self.length.abs_diff(other.length) <= longest
            && apart(self.letters, other.letters) <= longest
            && apart(other.letters, self.letters) <= longest
    }
}

/// `did you mean 's3_key'?`, if there is a near one.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean '{candidate}'?"))
}
