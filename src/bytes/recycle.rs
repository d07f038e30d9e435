//! A vector's memory, kept when what it held has another lifetime than what it will hold.
//!
//! Does not know what is in it.

/// An empty vector with the memory of `used`: the standard library collects a vector's own iterator in place.
pub(crate) fn emptied<T, U>(mut used: Vec<T>) -> Vec<U> {
    used.clear();
    used.into_iter().map_while(|_| None).collect()
}
