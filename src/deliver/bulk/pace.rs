//! How many requests are sent at a time, and how large they are: fewer and smaller after a complaint of the cluster, then more again.
//!
//! The increase is additive and the decrease multiplicative, as in TCP: so loaders come to share a cluster fairly without talking to
//! each other.

/// The number of answers without complaint after which one more request may be in flight.
const CALM: u32 = 4;

/// The least size of a request in bytes: with smaller ones the cost of a request would outweigh that of its documents.
const SMALLEST: usize = 64 << 10;

/// How much larger requests may be after an answer without complaint, in bytes.
const GROWTH: usize = 256 << 10;

/// The pace of one delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    most_in_flight: usize,
    in_flight: usize,
    /// Answers since the last complaint, or since the last increase.
    calm: u32,
    /// The size in bytes that the cluster keeps up with; without a complaint, any size.
    bytes: usize,
    /// The largest size in bytes that the endpoint takes.
    ceiling: usize,
}

impl Pace {
    /// Full speed, with no more than this number of requests in flight.
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

    /// The endpoint does not take requests of so many bytes. Halves of this request stay below the new ceiling, and other requests of
    /// its size are not tried.
    pub fn too_large(&mut self, bytes: usize) {
        self.ceiling = self.ceiling.min(bytes / 4 * 3);
    }
}
