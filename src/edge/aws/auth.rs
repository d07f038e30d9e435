//! How requests to OpenSearch prove who sends them.
//!
//! Does not know the requests, and asks no provider for its credentials.

use std::fmt;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;

use crate::edge::opensearch::endpoint::{Service, Signing};

/// How requests prove who sends them.
#[derive(Clone, Debug)]
pub enum Auth {
    /// AWS Signature Version 4. Credentials are cached: the provider is asked only when they are about to expire.
    SigV4 {
        /// Domain or collection.
        service: Service,
        /// Region of the domain or collection.
        region: String,
        /// Where credentials come from.
        credentials: SharedCredentialsProvider,
    },
    /// HTTP basic authentication.
    Basic {
        /// User name.
        user: String,
        /// Password.
        password: Password,
    },
    /// No proof.
    None,
}

impl Auth {
    /// Signing with the credentials of this process; the region is that of the host name, then that of `aws`.
    pub fn sigv4(signing: Signing, aws: &SdkConfig) -> Result<Self, AuthError> {
        let region = signing.region.or_else(|| aws.region().map(|region| region.as_ref().to_owned()));
        Ok(Auth::SigV4 {
            service: signing.service,
            region: region.ok_or(AuthError::NoRegion)?,
            credentials: aws.credentials_provider().ok_or(AuthError::NoCredentials)?,
        })
    }
}

/// A password: cannot be printed by mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Why requests cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// Nothing names a region.
    #[error("requests to this endpoint are signed, and its region is not known; set AWS_REGION")]
    NoRegion,
    /// There is no source of credentials.
    #[error("requests to this endpoint are signed, and no AWS credentials are configured")]
    NoCredentials,
}
