//! Roles of other accounts for reading some buckets, from the variables by which SIEM on OpenSearch names them.

use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;

/// The default name of a session, which is that of SIEM on OpenSearch.
const SESSION_NAME: &str = "aes-siem-es-loader";
/// What the names of Security Lake's buckets begin with.
const SECURITY_LAKE: &str = "aws-security-data-lake-";

/// A role, and the buckets that are read with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketRole {
    /// `arn:aws:iam::ACCOUNT:role/NAME`.
    pub arn: String,
    /// The name of its sessions in CloudTrail.
    pub session_name: String,
    /// The external id that the other account may ask for.
    pub external_id: Option<String>,
    /// The buckets.
    pub buckets: Buckets,
}

/// Some buckets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Buckets {
    /// These.
    Named(Vec<String>),
    /// Those whose names begin with this.
    Beginning(&'static str),
}

/// Why roles cannot be used.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleError {
    #[error("{given} is set and {missing} is not: a role and its buckets go together")]
    Half { given: &'static str, missing: &'static str },
    #[error("{variable} is `{arn}`: expected arn:aws:iam::ACCOUNT:role/NAME")]
    Arn { variable: &'static str, arn: String },
}

/// Reads the roles: `CONTROL_TOWER_ROLE_ARN` for the buckets in `CONTROL_TOWER_LOG_BUCKETS`, which commas or blanks
/// part, and `SECURITY_LAKE_ROLE_ARN`, with `SECURITY_LAKE_EXTERNAL_ID`, for Security Lake's buckets.
/// `CONTROL_TOWER_ROLE_SESSION_NAME` and `SECURITY_LAKE_ROLE_SESSION_NAME` name the sessions.
///
/// # Errors
///
/// A role without buckets, buckets without a role, or a text that is not a role's ARN.
pub fn bucket_roles(variable: impl Fn(&str) -> Option<String>) -> Result<Vec<BucketRole>, RoleError> {
    let session_name = |name| variable(name).unwrap_or_else(|| SESSION_NAME.to_owned());
    let mut roles = Vec::new();
    let (role, list) = ("CONTROL_TOWER_ROLE_ARN", "CONTROL_TOWER_LOG_BUCKETS");
    let buckets: Vec<String> = variable(list).map_or_else(Vec::new, |text| {
        text.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    });
    match (variable(role), buckets.is_empty()) {
        (None, true) => {}
        (None, false) => return Err(RoleError::Half { given: list, missing: role }),
        (Some(_), true) => return Err(RoleError::Half { given: role, missing: list }),
        (Some(arn), false) => roles.push(BucketRole {
            arn: checked(role, arn)?,
            session_name: session_name("CONTROL_TOWER_ROLE_SESSION_NAME"),
            external_id: None,
            buckets: Buckets::Named(buckets),
        }),
    }
    let role = "SECURITY_LAKE_ROLE_ARN";
    if let Some(arn) = variable(role) {
        roles.push(BucketRole {
            arn: checked(role, arn)?,
            session_name: session_name("SECURITY_LAKE_ROLE_SESSION_NAME"),
            external_id: variable("SECURITY_LAKE_EXTERNAL_ID"),
            buckets: Buckets::Beginning(SECURITY_LAKE),
        });
    }
    Ok(roles)
}

fn checked(variable: &'static str, arn: String) -> Result<String, RoleError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, role]
            if account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && role.starts_with("role/") =>
        {
            Ok(arn)
        }
        _ => Err(RoleError::Arn { variable, arn }),
    }
}

impl BucketRole {
    /// The account of the role.
    pub fn account(&self) -> Option<String> {
        self.arn.split(':').nth(4).map(str::to_owned)
    }

    /// Credentials of the role, which are fetched with those of `aws` when they are first needed.
    pub(crate) async fn credentials(&self, aws: &SdkConfig) -> SharedCredentialsProvider {
        let role = AssumeRoleProvider::builder(&self.arn).session_name(&self.session_name).configure(aws);
        let role = match &self.external_id {
            Some(id) => role.external_id(id),
            None => role,
        };
        SharedCredentialsProvider::new(role.build().await)
    }
}

impl Buckets {
    /// Whether the bucket is one of them.
    pub fn have(&self, bucket: &str) -> bool {
        match self {
            Buckets::Named(names) => names.iter().any(|name| name == bucket),
            Buckets::Beginning(beginning) => bucket.starts_with(beginning),
        }
    }
}
