//! How many requests at a time, and how large: fewer and smaller when the cluster complains, more again when it does not.
//!
//! Additive increase, multiplicative decrease: loaders that know nothing of each other come to share a cluster fairly. Takes
//! the outcomes of requests, knows no clock.

/// Answers without complaint before one more request may be in flight.
const CALM: u32 = 4;

/// Requests are not made smaller than this, in bytes: the work that a request makes by itself would outweigh its documents'.
const SMALLEST: usize = 64 << 10;

/// What a request grows by with an answer without complaint, in bytes.
const GROWTH: usize = 256 << 10;

/// The pace of one delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    most_in_flight: usize,
    in_flight: usize,
    /// Answers since the last complaint, or since the last increase.
    calm: u32,
    /// The size that the cluster keeps up with; as long as it never complained, any.
    bytes: usize,
    /// The size that the endpoint takes at all.
    ceiling: usize,
}

impl Pace {
    /// Full speed, with so many requests in flight at most.
    pub fn new(most_in_flight: usize) -> Self {
        let most_in_flight = most_in_flight.max(1);
        Self { most_in_flight, in_flight: most_in_flight, calm: 0, bytes: usize::MAX, ceiling: usize::MAX }
    }

    /// How many requests may be in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// How large a request may be, in bytes. A document that is larger goes alone.
    pub fn bytes(&self) -> usize {
        self.bytes.min(self.ceiling)
    }

    /// A request was taken without complaint.
    pub fn went_well(&mut self) {
        self.bytes = self.bytes.saturating_add(GROWTH);
        self.calm += 1;
        if self.calm >= CALM {
            self.in_flight = (self.in_flight + 1).min(self.most_in_flight);
            self.calm = 0;
        }
    }

    /// A request went wrong, but not because the cluster could not keep up.
    pub fn went_wrong(&mut self) {
        self.calm = 0;
    }

    /// The cluster could not keep up with a request of so many bytes.
    pub fn complained(&mut self, bytes: usize) {
        self.calm = 0;
        self.in_flight = (self.in_flight / 2).max(1);
        self.bytes = (self.bytes.min(bytes) / 2).max(SMALLEST);
    }

    /// The endpoint does not take requests of so many bytes. Halves of this one pass beneath the new ceiling; further ones of
    /// its size need not be tried.
    pub fn too_large(&mut self, bytes: usize) {
        self.ceiling = self.ceiling.min(bytes / 4 * 3);
    }
}
