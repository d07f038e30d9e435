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

/// The number of refusals in a row after which a size that was taken before counts as too large.
const BELIEVED: u32 = 3;

/// The number of answers without complaint after which a size above the ceiling is tried: twice as many after each try in vain.
const TRIED_AFTER: u32 = 16;

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
    /// The ceiling before it was last raised to try a larger size.
    tried_above: usize,
    /// Answers without complaint since the ceiling moved.
    below_ceiling: u32,
    /// How many of them there have to be before the ceiling is raised.
    wanted: u32,
    /// The largest size in bytes that the endpoint took.
    taken: usize,
    /// How many requests in a row it refused for their size.
    too_large: u32,
}

impl Pace {
    /// Full speed, with no more than this number of requests in flight.
    pub fn new(most_in_flight: usize) -> Self {
        let most_in_flight = most_in_flight.max(1);
        Self {
            most_in_flight,
            in_flight: most_in_flight,
            calm: 0,
            bytes: usize::MAX,
            ceiling: usize::MAX,
            tried_above: usize::MAX,
            below_ceiling: 0,
            wanted: TRIED_AFTER,
            taken: 0,
            too_large: 0,
        }
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
        self.too_large = 0;
        self.bytes = self.bytes.saturating_add(GROWTH);
        self.calm += 1;
        if self.calm >= CALM {
            self.in_flight = (self.in_flight + 1).min(self.most_in_flight);
            self.calm = 0;
        }
        self.below_ceiling += 1;
        if self.below_ceiling >= self.wanted && self.ceiling < usize::MAX {
            self.tried_above = self.ceiling;
            self.ceiling = self.ceiling.saturating_add(self.ceiling / 2);
            (self.below_ceiling, self.wanted) = (0, self.wanted.saturating_mul(2));
        }
    }

    /// A request went wrong, but not because the cluster could not keep up.
    pub fn went_wrong(&mut self) {
        self.too_large = 0;
        self.calm = 0;
    }

    /// The cluster could not keep up with a request of so many bytes.
    pub fn complained(&mut self, bytes: usize) {
        self.too_large = 0;
        self.calm = 0;
        self.in_flight = (self.in_flight / 2).max(1);
        self.bytes = (self.bytes.min(bytes) / 2).max(SMALLEST);
    }

    /// The endpoint let a request of so many bytes in, whatever became of its documents.
    pub fn took(&mut self, bytes: usize) {
        self.taken = self.taken.max(bytes);
        if bytes > self.tried_above {
            self.wanted = TRIED_AFTER;
        }
    }

    /// The endpoint does not take a request of so many bytes. Halves of this request stay below the new ceiling, and other requests of
    /// its size are not tried for a while: what refuses by chance must not keep all further requests small.
    ///
    /// A size that it took before is believed to be too large only at the third refusal in a row: one proxy among several that is out of
    /// order must not make each document a request of its own.
    pub fn too_large(&mut self, bytes: usize) {
        self.too_large += 1;
        if self.too_large >= BELIEVED {
            self.taken = 0;
        }
        if bytes > self.taken {
            self.below_ceiling = 0;
            self.ceiling = self.ceiling.min((bytes / 4 * 3).max(self.taken));
        }
    }
}
