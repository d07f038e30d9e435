//! Finding pairs by key without a map for an ordinary event, and without quadratic time for a hostile one.

use std::collections::{HashMap, HashSet};

use super::Pair;
use super::ends::Ends;

/// Up to so many pairs a walk is quicker than a map; Deep Security sends about thirty.
const FEW: usize = 128;

/// Gives the first pair of a key.
pub(super) enum Index<'p, 'a> {
    Few(&'p [Pair<'a>]),
    Many(HashMap<&'a str, &'p Pair<'a>>),
}

impl<'p, 'a> Index<'p, 'a> {
    pub(super) fn new(pairs: &'p [Pair<'a>]) -> Self {
        if pairs.len() <= FEW {
            return Self::Few(pairs);
        }
        let mut first = HashMap::with_capacity(pairs.len());
        for pair in pairs {
            first.entry(pair.key).or_insert(pair);
        }
        Self::Many(first)
    }

    pub(super) fn first(&self, key: &str) -> Option<&'p Pair<'a>> {
        match self {
            Self::Few(pairs) => pairs.iter().find(|pair| pair.key == key),
            Self::Many(first) => first.get(key).copied(),
        }
    }
}

/// Whether a key comes more than once (rule E9).
pub(crate) fn has_repeated_key(pairs: &[Pair<'_>]) -> bool {
    if pairs.len() > FEW {
        // Chosen keys must not collide at will here, so this is the standard library's keyed hash.
        let mut seen = HashSet::new();
        return !pairs.iter().all(|pair| seen.insert(pair.key));
    }
    // Only keys that share a bit with an earlier one are compared: one, if any, in an ordinary event.
    let mut bits = [0_u64; 16];
    pairs.iter().enumerate().any(|(at, pair)| {
        let [low, high, ..] = Ends::of(pair.key).hash().to_le_bytes();
        let maybe = bits.get_mut(usize::from(high & 15)).is_none_or(|bits| {
            let bit = 1 << (low & 63);
            let known = *bits & bit != 0;
            *bits |= bit;
            known
        });
        maybe && pairs.iter().take(at).any(|earlier| earlier.key == pair.key)
    })
}
