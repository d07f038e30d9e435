//! A user and a password out of AWS Secrets Manager.
//!
//! A secret is read at the start, and again where the cluster does not know its password any more: somebody has rotated it.

use std::time::Duration;

use aws_config::Region;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_types::SdkConfig;
use serde_json::Value;

use super::auth::Password;
use super::short;
use crate::bytes::safe::error_chain;

/// The longest that asking may take, tries included: Lambda gives the start of a function ten seconds.
const PATIENCE: Duration = Duration::from_secs(8);

/// A secret with the password of a cluster, and perhaps its user.
#[derive(Clone, Debug)]
pub struct Secret {
    aws: SdkConfig,
    /// Its name or its ARN.
    id: String,
    /// The user, in place of the one that the secret names.
    user: Option<String>,
}

/// Why there is no password. No text of it quotes the secret.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    #[error("secret {id}: {reason}; allow secretsmanager:GetSecretValue on it to the role that runs this")]
    Unreadable { id: String, reason: String },
    #[error("secret {id} holds no password: expected a text, or a JSON object with username and password")]
    NoPassword { id: String },
    #[error("the secret of OPENSEARCH_SECRET names no user: give it a username, or set OPENSEARCH_USER")]
    NoUser,
}

impl Secret {
    /// The secret of a name or an ARN, whose region is that of the ARN, or else that of `aws`.
    pub fn new(aws: &SdkConfig, id: String, user: Option<String>) -> Self {
        Self { aws: aws.clone(), id, user }
    }

    /// Reads user and password: a text is the password; a JSON object, as the consoles of AWS make it, has `password` and perhaps
    /// `username`.
    ///
    /// # Errors
    ///
    /// It cannot be read, or holds no password, or nothing names the user.
    pub async fn read(&self) -> Result<(String, Password), SecretError> {
        let id = &self.id;
        let mut config = aws_sdk_secretsmanager::config::Builder::from(&self.aws);
        if let Some(region) = id.strip_prefix("arn:").and_then(|arn| arn.split(':').nth(2)) {
            config.set_region(Some(Region::new(region.to_owned())));
        }
        let unreadable = |reason: String| SecretError::Unreadable { id: id.to_owned(), reason };
        let request = Client::from_conf(config.build()).get_secret_value().secret_id(id);
        let found = match tokio::time::timeout(PATIENCE, request.send()).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => {
                let reason = match (error.code(), error.message()) {
                    (Some(code), message) => format!("{code}: {}", message.unwrap_or("no reason given")),
                    (None, _) => error_chain(&error),
                };
                return Err(unreadable(short(reason)));
            }
            Err(_) => return Err(unreadable("no answer in time".to_owned())),
        };
        let found = found.secret_string().and_then(parse);
        let (user, password) = found.ok_or_else(|| SecretError::NoPassword { id: id.to_owned() })?;
        Ok((self.user.clone().or(user).ok_or(SecretError::NoUser)?, password))
    }
}

fn parse(text: &str) -> Option<(Option<String>, Password)> {
    let (user, password) = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => {
            let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
            (text("username"), text("password")?)
        }
        _ => (None, text.to_owned()),
    };
    (!password.is_empty()).then_some((user, Password(password)))
}
