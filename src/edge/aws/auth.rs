//! How requests to OpenSearch are authenticated.

use std::fmt;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;

use crate::edge::opensearch::endpoint::{Service, Signing};

/// The authentication of requests.
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
    /// None.
    None,
}

impl Auth {
    /// Signing with the credentials of this process, for the region of the host name, or else for that of `aws`.
    ///
    /// # Errors
    ///
    /// There is no region, or no source of credentials.
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
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    #[error("requests to this endpoint are signed, and its region is not known; set AWS_REGION")]
    NoRegion,
    #[error("requests to this endpoint are signed, and no AWS credentials are configured")]
    NoCredentials,
}
