//! Loads small objects some at a time, so that they share bulk requests: a collector that flushes often makes very many of them.

use std::collections::BTreeMap;
use std::panic;

use tokio::task::JoinSet;

use super::delivery::joint::Joint;
use super::delivery::sink::Sink;
use super::object_loader::ObjectLoader;

/// The most bytes of an object, as it is stored, that is loaded together with others.
pub(crate) const SMALL: u64 = 64 << 10;

/// The most objects that are fetched and parsed at a time. Others beside them wait for an answer, and hold no more than their documents.
const BUSY: usize = 4;

/// The most objects at a time, those that wait among them.
const RUNNING: usize = 1_024;

impl ObjectLoader {
    /// Loads small objects by `load`, and gives what that gives for each to `done`, in their order.
    pub(crate) async fn together<J, L: Future<Output = R> + Send + 'static, R: Send + 'static>(
        &self,
        jobs: impl IntoIterator<Item = J>,
        load: impl Fn(ObjectLoader, J) -> L,
        mut done: impl FnMut(R),
    ) {
        let mut jobs = jobs.into_iter().enumerate().peekable();
        let Sink::OpenSearch(client, _) = &self.sink else {
            for (_, job) in jobs {
                done(load(self.clone(), job).await);
            }
            return;
        };
        let joint = Joint::new((**client).clone());
        let mut loader = self.clone();
        loader.joint = Some(joint.clone());
        // Both end with this function: a request of which nobody waits for the answer would outlive the invocation.
        let (mut running, mut requests) = (JoinSet::new(), JoinSet::new());
        let (mut early, mut next) = (BTreeMap::new(), 0);
        loop {
            while running.len() < RUNNING
                && joint.has_room(running.len(), BUSY)
                && let Some((number, job)) = jobs.next()
            {
                let loading = load(loader.clone(), job);
                running.spawn(async move { (number, loading.await) });
            }
            let no_more = jobs.peek().is_none() || running.len() == RUNNING;
            if let Some(request) = joint.request(running.len(), no_more) {
                requests.spawn(request);
            }
            tokio::select! {
                loaded = running.join_next() => match loaded {
                    None => return,
                    Some(Ok((number, loaded))) => {
                        early.insert(number, loaded);
                        while let Some(loaded) = early.remove(&next) {
                            done(loaded);
                            next += 1;
                        }
                    }
                    // Tasks are never aborted, so this one panicked.
                    Some(Err(error)) => panic::resume_unwind(error.into_panic()),
                },
                Some(sent) = requests.join_next() => {
                    if let Err(error) = sent {
                        panic::resume_unwind(error.into_panic());
                    }
                }
                () = joint.changed() => {}
            }
        }
    }
}
