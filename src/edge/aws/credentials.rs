//! Caches AWS credentials until shortly before they expire: the OpenSearch client asks for them at every request, and a provider may
//! ask the network.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{
    ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future,
};
use tokio::sync::Mutex;

/// How long before their end credentials are renewed.
const MARGIN: Duration = Duration::from_secs(60);
/// How long credentials without an end are kept: a profile file may be edited.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

#[derive(Clone, Debug)]
pub(crate) struct Cached {
    provider: SharedCredentialsProvider,
    held: Arc<Mutex<Option<Held>>>,
}

#[derive(Debug)]
struct Held {
    credentials: Credentials,
    until: SystemTime,
}

impl Cached {
    pub(crate) fn new(provider: SharedCredentialsProvider) -> Self {
        Self { provider, held: Arc::default() }
    }

    /// Has the provider asked anew: the credentials that are held were refused.
    pub(crate) async fn forget(&self) {
        *self.held.lock().await = None;
    }

    async fn get(&self) -> Result<Credentials, CredentialsError> {
        // The lock is held while the provider is asked: requests in flight together ask it once.
        let mut held = self.held.lock().await;
        let now = SystemTime::now();
        if let Some(held) = held.as_ref().filter(|held| now < held.until) {
            return Ok(held.credentials.clone());
        }
        let credentials = self.provider.provide_credentials().await?;
        let until = match credentials.expiry() {
            Some(expiry) => expiry.checked_sub(MARGIN).unwrap_or(now),
            None => now + LIFETIME,
        };
        *held = Some(Held { credentials: credentials.clone(), until });
        Ok(credentials)
    }
}

impl ProvideCredentials for Cached {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }
}
