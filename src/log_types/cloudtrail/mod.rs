//! Events of AWS CloudTrail.

use serde_json::value::RawValue;

use crate::document::convert;
use crate::document::field_list::FieldId;
use crate::document::value::Value;
use crate::log_types::principal::{self, is_root};
use crate::log_types::record_view::RecordView;
use crate::log_types::{Profile, derived};
use crate::read::record::raw::members;

/// What stands in the place of a user's name that nobody has: it may be a password. User guide, "AWS Management Console sign-in events".
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// The profile of CloudTrail.
#[derive(Debug)]
pub(crate) struct CloudTrail;

impl Profile for CloudTrail {
    fn paths(&self) -> &'static [&'static str] {
        &[
            "additionalEventData.UserName",
            "errorCode",
            "errorMessage",
            "eventCategory",
            "eventName",
            "eventSource",
            "eventType",
            "readOnly",
            "requestParameters.groupName",
            "requestParameters.newUserName",
            "requestParameters.resourceId",
            "requestParameters.roleSessionName",
            "requestParameters.target",
            "requestParameters.userName",
            "responseElements",
            "responseElements.assumedRoleUser.arn",
            "responseElements.federatedUser.arn",
            "serviceEventDetails",
            "sourceIPAddress",
            "userIdentity.arn",
            "userIdentity.principalId",
            "userIdentity.type",
            "userIdentity.userName",
        ]
    }

    /// The session of Systems Manager is the name under which its commands were logged. Nobody can use it without a token.
    fn identifiers(&self) -> &'static [&'static str] {
        &["session_id"]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["cloud.instance.id", "group.name", "user.changes.name", "user.effective.name", "user.target.name"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        // Amazon Managed Grafana writes the status of each answer there.
        let is_error = |code: &str| !matches!(code.parse(), Ok(200..300_u16));
        let error = record.text("errorCode").filter(|code| is_error(code));
        let failed = error.or_else(|| record.text("errorMessage")).is_some()
            || is_refused_sign_in(&record)
            || is_failed_job(&record);
        // Insights are observations of many calls, digests lists of files.
        let is_insight = record.text("eventCategory") == Some("Insight")
            || record.text("eventType") == Some("AwsCloudTrailInsight");
        let is_call = record.text("eventName").is_some() && !is_insight;
        let outcome = if failed {
            "failure"
        } else if is_call {
            "success"
        } else {
            "unknown"
        };
        record.row.set_if_absent(FieldId::EVENT_OUTCOME, Value::Word(outcome));
        // Amazon Managed Grafana writes X-Forwarded-For there, whose last address is its own peer.
        let source = record.row.text(FieldId::SOURCE_ADDRESS).unwrap_or_default();
        let (forwarded, peer) = source.rsplit_once(',').unwrap_or(("", source));
        if let Some(peer) = convert::address(peer.trim()) {
            record.row.set_if_absent(FieldId::SOURCE_IP, Value::Ip(record.arena.alloc(peer)));
            let (_, believed) = record.forwarded_for(forwarded);
            if !forwarded.is_empty() {
                record.relate(&[believed, &[peer]].concat());
            }
        }
        // The root user's `userName` is the account's alias (user guide, "CloudTrail userIdentity element").
        if record.text("userIdentity.type") == Some("Root") {
            record.row.set(FieldId::USER_NAME, Value::Word("root"));
        } else if let Some(name) = record.row.text(FieldId::USER_NAME) {
            let named = ["userIdentity.userName", "additionalEventData.UserName"];
            let is_named = named.iter().any(|path| record.text(path).is_some());
            let whole = record.text("userIdentity.arn").or_else(|| record.text("userIdentity.principalId"));
            match name {
                HIDDEN => record.row.set(FieldId::USER_NAME, Value::Absent),
                _ if is_root(name) => principal::name(&mut record, whole.unwrap_or_default()),
                _ if !is_named => principal::name(&mut record, name),
                _ => {}
            }
        }
        if let Some(category) = category(&record) {
            record.fill("event.category", category);
        }
        let is_change = record.text("readOnly") != Some("true");
        if is_change && record.text("eventSource") == Some("iam.amazonaws.com") {
            if let Some(target) = record.text("requestParameters.userName") {
                record.fill("user.target.name", target);
            }
            if let Some(group) = record.text("requestParameters.groupName") {
                record.fill("group.name", group);
            }
            if let Some(new) = record.text("requestParameters.newUserName") {
                record.relate_users(&[new]);
                if !failed {
                    record.fill("user.changes.name", new);
                }
            }
        }
        // The session that the call has begun has the name under which its own calls are logged.
        let sessions = ["responseElements.assumedRoleUser.arn", "responseElements.federatedUser.arn"];
        if record.text("eventSource") == Some("sts.amazonaws.com")
            && let Some(session) = sessions.iter().find_map(|path| record.text(path))
        {
            let (name, last) = principal::names(session);
            record.fill("user.effective.name", name);
            record.relate_users(&[name, last]);
        }
        let name = record.text("eventName").unwrap_or_default();
        let instance = match record.text("eventSource") {
            Some("ssm.amazonaws.com") => match name {
                "StartSession" | "GetConnectionStatus" => record.text("requestParameters.target"),
                "PutComplianceItems" => record.text("requestParameters.resourceId"),
                _ => None,
            },
            // Who calls by himself chooses the name of the session, and what his client calls itself, but not where he calls from.
            Some("sts.amazonaws.com") if record.text("sourceIPAddress") == Some("ec2.amazonaws.com") => {
                record.text("requestParameters.roleSessionName")
            }
            _ => None,
        };
        if let Some(instance) = instance.filter(|instance| instance.starts_with("i-")) {
            record.set("cloud.instance.id", instance);
        }
        derived::derive(record.row, record.arena);
    }
}

/// What an event is about, where its service tells it (ECS, allowed values of event.category): signing in, the administration of
/// identities, or the call of an API. Observations of many calls and what services do by themselves are none of these.
fn category(record: &RecordView<'_, '_>) -> Option<&'static str> {
    let name = record.text("eventName")?;
    match record.text("eventSource")?.strip_suffix(".amazonaws.com")? {
        // `us-east-1.signin.amazonaws.com`
        service if service == "signin" || service.ends_with(".signin") => Some("authentication"),
        "sts" if name != "GetCallerIdentity" && !name.starts_with("Decode") => Some("authentication"),
        "sso" if matches!(name, "Authenticate" | "Federate") || name.starts_with("Credential") => {
            Some("authentication")
        }
        "iam" | "identitystore" | "sso-directory" => Some("iam"),
        _ if matches!(record.text("eventType"), Some("AwsApiCall" | "AwsVpceEvent")) => Some("api"),
        _ => None,
    }
}

/// Whether somebody tried to sign in, and failed. Sign-ins of the console and of IAM Identity Center need no error for that: they answer by
/// the event's own name, `"responseElements": {"ConsoleLogin": "Failure"}`. User guide, "AWS Management Console sign-in events"; IAM
/// Identity Center user guide, "Understanding IAM Identity Center sign-in events".
fn is_refused_sign_in(record: &RecordView<'_, '_>) -> bool {
    let is_sign_in = matches!(record.text("eventType"), Some("AwsConsoleSignIn" | "AwsServiceEvent"))
        || record.text("eventSource").is_some_and(|source| source.starts_with("signin."));
    let Some(name) = record.text("eventName").filter(|_| is_sign_in) else { return false };
    ["responseElements", "serviceEventDetails"].iter().any(|place| {
        let members = record.source.json(place).and_then(members).unwrap_or_default();
        members.get(name).is_some_and(|answer| answer.get().eq_ignore_ascii_case("\"failure\""))
    })
}

/// Whether a service tells of work of its own that came to nothing: by `state`, or by that of a member such as `createAccountStatus`.
/// Organizations user guide, "Logging API calls with AWS CloudTrail"; Control Tower user guide, "Lifecycle events"; Backup developer guide,
/// "Logging AWS Backup API calls".
fn is_failed_job(record: &RecordView<'_, '_>) -> bool {
    let is_failure = |answer: &RawValue| {
        ["\"FAILED\"", "\"ABORTED\"", "\"EXPIRED\""]
            .iter()
            .any(|state| answer.get().eq_ignore_ascii_case(state))
    };
    let details = record.source.json("serviceEventDetails");
    let details = details.filter(|_| record.text("eventType") == Some("AwsServiceEvent"));
    let details = details.and_then(members).unwrap_or_default();
    details.iter().any(|(name, value)| match &**name {
        "state" => is_failure(value),
        _ => members(value.get())
            .is_some_and(|members| members.get("state").is_some_and(|state| is_failure(state))),
    })
}
