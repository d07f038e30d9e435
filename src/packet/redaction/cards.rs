//! Numbers of payment cards: 13 to 19 digits that stand alone, begin as an issuer's do, and have the right check digit (ISO/IEC 7812).

use super::RedactedValue;
use crate::bytes::slice;

pub(super) fn find(bytes: &[u8], found: &mut Vec<RedactedValue>) {
    let mut at = 0;
    while let Some(start) = bytes.get(at..).and_then(|rest| rest.iter().position(u8::is_ascii_digit)) {
        let start = at + start;
        let digits = slice::bytes(bytes, start..);
        let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = slice::bytes(digits, ..length);
        let is_part = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        };
        let stands_alone = !is_part(start.checked_sub(1).and_then(|before| bytes.get(before)))
            && !is_part(bytes.get(start + length));
        if (13..=19).contains(&length) && stands_alone && has_issuer(digits) && has_check_digit(digits) {
            found.push(RedactedValue { value: start..start + length, quoted: false });
        }
        at = start + length;
    }
}

/// The first digits that the large issuers have.
fn has_issuer(digits: &[u8]) -> bool {
    let prefix = |length: usize| {
        let digits = slice::bytes(digits, ..length);
        digits.iter().fold(0_u32, |number, digit| number * 10 + u32::from(digit - b'0'))
    };
    matches!(prefix(1), 4 | 6)
        || matches!(prefix(2), 30 | 34..=39 | 50..=58)
        || (2221..=2720).contains(&prefix(4))
        || (3528..=3589).contains(&prefix(4))
}

/// Luhn's check.
fn has_check_digit(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') << (place % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}
