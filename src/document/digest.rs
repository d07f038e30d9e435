//! SHA-256 (FIPS 180-4) of a few texts at once.
//!
//! One SHA-256 is a chain in which each instruction needs what the one before it gives, so that the processor's SHA unit waits as
//! long as it works. Two chains side by side keep it busy: twice the speed on one core. Where there is no such unit, `sha2`
//! hashes one text after the other. Does not know what is hashed.

use sha2::{Digest as _, Sha256};

/// A SHA-256.
pub(crate) type Digest = [u8; 32];

/// The SHA-256 of each text, in order.
pub(crate) fn digests(texts: &[&[u8]]) -> Vec<Digest> {
    #[cfg(target_arch = "x86_64")]
    if let Some(digests) = x86::digests(texts) {
        return digests;
    }
    texts.iter().map(|text| Sha256::digest(text).into()).collect()
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi64, _mm_set_epi64x, _mm_sha256msg1_epu32,
        _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32,
    };
    use std::cmp::min;

    use super::Digest;

    /// Bytes of a block.
    const BLOCK: usize = 64;

    type Block = [u8; BLOCK];

    /// The state before the first block (FIPS 180-4, section 5.3.3).
    const INITIAL: [u32; 8] = [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ];

    /// The constants of the rounds behind which words of the schedule are made (FIPS 180-4, section 4.2.2).
    const SCHEDULED: [[[u32; 4]; 4]; 3] = [
        [
            [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5],
            [0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
            [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3],
            [0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
        ],
        [
            [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc],
            [0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
            [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7],
            [0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
        ],
        [
            [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13],
            [0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
            [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3],
            [0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
        ],
    ];

    /// Those of the last rounds.
    const LAST: [[u32; 4]; 4] = [
        [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5],
        [0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
        [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208],
        [0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
    ];

    /// The digests, if the processor has a SHA unit.
    pub(crate) fn digests(texts: &[&[u8]]) -> Option<Vec<Digest>> {
        let has_unit = is_x86_feature_detected!("sha")
            && is_x86_feature_detected!("ssse3")
            && is_x86_feature_detected!("sse4.1");
        #[expect(unsafe_code, reason = "the processor was asked, which no signature can say")]
        // SAFETY: it has the instructions that the function is made of.
        has_unit.then(|| unsafe { two_at_a_time(texts) })
    }

    /// A text on its way through the SHA unit.
    struct Text<'t> {
        /// The state's words in the order in which the unit takes them.
        state: [__m128i; 2],
        whole: &'t [Block],
        /// What is behind the whole blocks, with its padding.
        end: [u8; 2 * BLOCK],
        /// Blocks that are done.
        done: usize,
        blocks: usize,
    }

    impl<'t> Text<'t> {
        #[target_feature(enable = "sha,ssse3,sse4.1")]
        fn new(text: &'t [u8]) -> Self {
            let (whole, rest) = text.as_chunks();
            let length = u64::try_from(text.len()).unwrap_or_default().wrapping_mul(8).to_be_bytes();
            let padded = if rest.len() + 1 + length.len() > BLOCK { 2 } else { 1 };
            let mut end = [0; 2 * BLOCK];
            if let Some((place, [mark, ..])) = end.split_at_mut_checked(rest.len()) {
                place.copy_from_slice(rest);
                *mark = 0x80;
            }
            if let Some(place) = end.get_mut(..padded * BLOCK).and_then(<[_]>::last_chunk_mut) {
                *place = length;
            }
            Self { state: packed(INITIAL), whole, end, done: 0, blocks: whole.len() + padded }
        }

        #[inline]
        fn block(&self, number: usize) -> &Block {
            const NONE: &Block = &[0; BLOCK];
            let in_end = || self.end.as_chunks().0.get(number.wrapping_sub(self.whole.len()));
            self.whole.get(number).or_else(in_end).unwrap_or(NONE)
        }

        fn left(&self) -> usize {
            self.blocks - self.done
        }
    }

    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn two_at_a_time(texts: &[&[u8]]) -> Vec<Digest> {
        let mut texts: Vec<Text<'_>> = texts.iter().map(|text| Text::new(text)).collect();
        let mut waiting = texts.iter_mut();
        let (mut one, mut other) = (waiting.next(), waiting.next());
        while let Some(first) = &mut one {
            match &mut other {
                Some(second) => take(min(first.left(), second.left()), [first, second]),
                None => take(first.left(), [first]),
            }
            for text in [&mut other, &mut one] {
                if text.as_ref().is_some_and(|text| text.left() == 0) {
                    *text = waiting.next();
                }
            }
            if one.is_none() {
                one = other.take();
            }
        }
        texts.iter().map(|text| big_endian(unpacked(text.state))).collect()
    }

    fn big_endian(state: [u32; 8]) -> Digest {
        let mut digest = [0; 32];
        let (words, _) = digest.as_chunks_mut();
        words.iter_mut().zip(state).for_each(|(place, word)| *place = word.to_be_bytes());
        digest
    }

    /// Takes so many blocks of each text into its state (FIPS 180-4, section 6.2.2), four rounds of every text in turn.
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn take<const N: usize>(blocks: usize, texts: [&mut Text<'_>; N]) {
        let mut states = texts.each_ref().map(|text| text.state);
        for number in 0..blocks {
            let before = states;
            let mut words = [[_mm_set_epi64x(0, 0); 4]; N];
            for (words, text) in words.iter_mut().zip(&texts) {
                *words = words_of(text.block(text.done + number));
            }
            for constants in &SCHEDULED {
                for four in constants {
                    for (state, words) in states.iter_mut().zip(&mut words) {
                        let [a, b, c, d] = *words;
                        *state = rounds(*state, a, *four);
                        *words = [b, c, d, schedule(a, b, c, d)];
                    }
                }
            }
            for (number, four) in LAST.iter().enumerate() {
                for (state, words) in states.iter_mut().zip(&words) {
                    if let Some(word) = words.get(number) {
                        *state = rounds(*state, *word, *four);
                    }
                }
            }
            for (state, before) in states.iter_mut().zip(before) {
                state.iter_mut().zip(before).for_each(|(half, before)| *half = _mm_add_epi32(*half, before));
            }
        }
        for (text, state) in texts.into_iter().zip(states) {
            text.state = state;
            text.done += blocks;
        }
    }

    /// Four rounds: what they take is four words of the schedule.
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn rounds([abef, cdgh]: [__m128i; 2], words: __m128i, constants: [u32; 4]) -> [__m128i; 2] {
        let taken = _mm_add_epi32(words, vector(constants));
        let cdgh = _mm_sha256rnds2_epu32(cdgh, abef, taken);
        [_mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(taken, 0x0e)), cdgh]
    }

    /// The four words of the schedule behind these sixteen.
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn schedule(a: __m128i, b: __m128i, c: __m128i, d: __m128i) -> __m128i {
        let sum = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));
        _mm_sha256msg2_epu32(sum, d)
    }

    /// The sixteen words of a block, which are big-endian.
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn words_of(block: &Block) -> [__m128i; 4] {
        let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
        let mut words = [swap; 4];
        for (place, bytes) in words.iter_mut().zip(block.as_chunks::<16>().0) {
            let mut halves = bytes.as_chunks().0.iter().map(|half| i64::from_le_bytes(*half));
            let (low, high) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
            *place = _mm_shuffle_epi8(_mm_set_epi64x(high, low), swap);
        }
        words
    }

    /// The state's words a to h in the order in which the unit takes them.
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn packed([a, b, c, d, e, f, g, h]: [u32; 8]) -> [__m128i; 2] {
        [vector([f, e, b, a]), vector([h, g, d, c])]
    }

    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn unpacked([abef, cdgh]: [__m128i; 2]) -> [u32; 8] {
        let ([f, e, b, a], [h, g, d, c]) = (array(abef), array(cdgh));
        [a, b, c, d, e, f, g, h]
    }

    #[target_feature(enable = "sse2")]
    fn vector([a, b, c, d]: [u32; 4]) -> __m128i {
        let [low, high] = [u64::from(b) << 32 | u64::from(a), u64::from(d) << 32 | u64::from(c)];
        _mm_set_epi64x(high.cast_signed(), low.cast_signed())
    }

    #[target_feature(enable = "sse4.1")]
    fn array(vector: __m128i) -> [u32; 4] {
        let [low, high] =
            [_mm_extract_epi64(vector, 0), _mm_extract_epi64(vector, 1)].map(i64::cast_unsigned);
        [low, low >> 32, high, high >> 32].map(|word| word as u32)
    }
}
