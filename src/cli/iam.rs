//! `es-loader setup --print-iam`: what the function's role may do, statement by statement as `template.yaml` grants it, for who
//! deploys by other means.
//!
//! Prints only. Does not know whether anything it names is there.

use serde_json::{Value, json};

use super::args::network::IamArgs;

/// The role's policy. What is not given stands as a word in capitals, to be filled in; statements for things that are not there
/// (a KMS key, another account's role, a VPC) come only with their argument.
pub(super) fn policy(args: &IamArgs) -> Value {
    let or = |given: &Option<String>, word: &str| given.clone().unwrap_or_else(|| word.to_owned());
    let bucket = or(&args.bucket, "BUCKET");
    let queue = or(&args.queue_arn, "arn:aws:sqs:REGION:ACCOUNT:QUEUE");
    let place = Place::of(&queue);
    let bucket = format!("arn:{}:s3:::{bucket}", place.partition);
    let domain = match (&args.domain_arn, &args.collection_arn) {
        (None, None) if args.secret_arn.is_none() => {
            Some(format!("arn:{}:es:{}:{}:domain/DOMAIN", place.partition, place.region, place.account))
        }
        (domain, _) => domain.clone(),
    };
    let dead_letters = or(&args.dead_letter_queue_arn, &format!("{queue}-DEAD-LETTERS"));
    let log_group = args.log_group_arn.clone().unwrap_or_else(|| {
        format!(
            "arn:{}:logs:{}:{}:log-group:/aws/lambda/FUNCTION:*",
            place.partition, place.region, place.account
        )
    });

    let mut statements = vec![
        allow(
            "ReadLogs",
            json!(["s3:GetObject", "s3:GetObjectVersion"]),
            json!(format!("{bucket}/{}*", args.key_prefix)),
        ),
        allow("TellMissingFromForbidden", json!("s3:ListBucket"), json!(bucket)),
    ];
    if let Some(key) = &args.kms_key_arn {
        let place = Place::of(key);
        let service = format!("s3.{}.{}", place.region, place.url_suffix());
        statements.push(json!({
            "Sid": "UseTheKeyOfTheBucket",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": key,
            "Condition": {"StringEquals": {"kms:ViaService": service}},
        }));
    }
    if let Some(role) = &args.log_archive_role_arn {
        statements.push(allow("ReadLogsOfAnotherAccount", json!("sts:AssumeRole"), json!(role)));
    }
    if let Some(domain) = domain {
        let paths = json!([format!("{domain}/_bulk"), format!("{domain}/*/_bulk")]);
        statements.push(allow("SendBulkRequests", json!("es:ESHttpPost"), paths));
        let paths =
            json!([format!("{domain}/_cluster/state/blocks"), format!("{domain}/_cold/indices/_search")]);
        statements.push(allow("SeeWhichIndicesAreClosed", json!("es:ESHttpGet"), paths));
        let path = json!(format!("{domain}/_mget"));
        statements.push(allow("SeeWhatClosedIndicesHold", json!("es:ESHttpPost"), path));
    }
    if let Some(bucket) = &args.dead_letter_bucket {
        let keys = format!("arn:{}:s3:::{bucket}/{}*", place.partition, args.dead_letter_prefix);
        let actions = json!(["s3:PutObject", "s3:AbortMultipartUpload"]);
        statements.push(allow("KeepRefusedDocuments", actions, json!(keys)));
    }
    if let Some(collection) = &args.collection_arn {
        statements.push(allow("ReachTheCollection", json!("aoss:APIAccessAll"), json!(collection)));
    }
    if let Some(secret) = &args.secret_arn {
        statements.push(allow("ReadThePassword", json!("secretsmanager:GetSecretValue"), json!(secret)));
    }
    let receive = json!(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]);
    statements.extend([
        allow("TakeMessages", receive, json!(queue)),
        allow("HandOverWhatIsLeft", json!("sqs:SendMessage"), json!(queue)),
        allow("KeepFailedInvocations", json!("sqs:SendMessage"), json!(dead_letters)),
        allow("WriteItsLog", json!(["logs:CreateLogStream", "logs:PutLogEvents"]), json!(log_group)),
    ]);
    if args.vpc {
        let actions = [
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ];
        statements.push(allow("JoinTheVpc", json!(actions), json!("*")));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn allow(sid: &str, action: Value, resource: Value) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource})
}

/// Where an ARN lies (`arn:PARTITION:SERVICE:REGION:ACCOUNT:…`).
struct Place<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
}

impl<'a> Place<'a> {
    fn of(arn: &'a str) -> Self {
        let mut parts = arn.split(':').skip(1);
        let mut next = |word| parts.next().unwrap_or(word);
        let (partition, _, region, account) = (next("aws"), next("SERVICE"), next("REGION"), next("ACCOUNT"));
        Self { partition, region, account }
    }

    fn url_suffix(&self) -> &'static str {
        if self.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
    }
}
