//! Finding pairs by key without a map for an ordinary event, and without quadratic time for a hostile one.

use std::collections::HashMap;

use super::pair::Pair;
use crate::bytes::word::Ends;

/// Up to so many pairs a walk is quicker than a map; Deep Security sends about thirty.
const FEW: usize = 128;

/// Gives the first pair of a key.
pub(crate) enum Index<'p, 'a> {
    Few(&'p [Pair<'a>]),
    Many(HashMap<&'a str, &'p Pair<'a>>),
}

impl<'p, 'a> Index<'p, 'a> {
    pub(crate) fn new(pairs: &'p [Pair<'a>]) -> Self {
        if pairs.len() <= FEW {
            return Self::Few(pairs);
        }
        let mut first = HashMap::with_capacity(pairs.len());
        for pair in pairs {
            first.entry(pair.key).or_insert(pair);
        }
        Self::Many(first)
    }

    pub(crate) fn first(&self, key: &str) -> Option<&'p Pair<'a>> {
        match self {
            Self::Few(pairs) => pairs.iter().find(|pair| pair.key == key),
            Self::Many(first) => first.get(key).copied(),
        }
    }
}

/// Whether a key comes more than once (rule E9).
pub(crate) fn has_repeated_key(keys: &[&str]) -> bool {
    if keys.len() <= FEW {
        return keys.iter().enumerate().any(|(at, key)| keys.iter().take(at).any(|earlier| earlier == key));
    }
    // Sorted, because no set of keys that somebody chooses makes that slow. Hashes before texts, because they nearly always differ.
    let mut sorted: Vec<_> = keys.iter().map(|key| (Ends::of(key).hash(), *key)).collect();
    sorted.sort_unstable();
    sorted.array_windows().any(|[one, next]| one == next)
}
