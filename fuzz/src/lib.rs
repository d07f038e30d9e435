//! The properties that tests/core checks on kept inputs, for libFuzzer.
#![allow(dead_code, reason = "fuzzing uses a part of what the tests share")]

#[path = "../../tests/core/properties/mod.rs"]
mod properties;
#[path = "../../tests/core/support/mod.rs"]
mod support;

/// Panics unless the property of this target holds of the bytes.
pub fn check(target: &str, bytes: &[u8]) {
    for (name, property) in properties::ALL {
        if name == target {
            property(bytes);
        }
    }
}
