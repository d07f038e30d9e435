//! The parts of the commands that need the network: S3, SQS, OpenSearch.

mod first_contact;
mod connect;
mod buckets;
mod load;
mod setup;
mod days;
mod interrupts;
mod checkpoint;
mod enqueue;
mod backfill;
mod redrive_queue;
mod redrive;
mod audit;
mod timeline;

pub(super) use self::audit::run as audit;
pub(super) use self::backfill::run as backfill;
pub(super) use self::buckets::Buckets;
pub(super) use self::load::run as load;
pub(super) use self::redrive::run as redrive;
pub(super) use self::setup::run as setup;
pub(super) use self::timeline::run as timeline;
