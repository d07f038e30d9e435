//! What `template.yaml` grants and promises, read from the template itself.

use std::sync::LazyLock;

use es_loader::edge::back_off::hidden;
use es_loader::map::compiled::Choice;
use es_loader::report::metrics::emf;
use es_loader::report::{ObjectReport, Outcome};
use serde_json::{Map, Value, json};

use crate::support::program::{Run, es_loader};
use crate::support::services::{repository, script};

/// The template, with `!Ref` and the like in their long form.
static TEMPLATE: LazyLock<Value> = LazyLock::new(|| {
    let read = "import json, sys; from cfnlint.decode import cfn_yaml; print(json.dumps(cfn_yaml.load(sys.argv[1])))";
    let run = Run::of(script("tools").args(["python", "-c", read]).arg(repository().join("template.yaml")));
    serde_json::from_slice(&run.with_status(0).stdout).unwrap()
});

/// A deployment: what its parameters and resources are called.
struct Stack {
    names: Map<String, Value>,
    conditions: &'static [&'static str],
}

impl Stack {
    /// What CloudFormation makes of a value; nothing where it leaves it out.
    fn resolve(&self, value: &Value) -> Option<Value> {
        let Value::Object(object) = value else {
            return Some(match value {
                Value::Array(list) => list.iter().filter_map(|value| self.resolve(value)).collect(),
                other => other.clone(),
            });
        };
        if let Some(name) = object.get("Ref").and_then(Value::as_str) {
            return (name != "AWS::NoValue").then(|| self.name(name));
        }
        if let Some(name) = object.get("Fn::GetAtt") {
            let name = match name {
                Value::Array(parts) => {
                    parts.iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join(".")
                }
                name => name.as_str().unwrap().to_owned(),
            };
            return Some(self.name(&name));
        }
        if let Some(text) = object.get("Fn::Sub").and_then(Value::as_str) {
            let mut text = text.to_owned();
            while let Some((start, end)) =
                text.find("${").and_then(|start| Some((start, start + text[start..].find('}')?)))
            {
                let name = self.name(&text[start + 2..end]);
                text.replace_range(start..=end, name.as_str().unwrap());
            }
            return Some(Value::String(text));
        }
        if let Some(choice) = object.get("Fn::If") {
            let holds = self.conditions.contains(&choice[0].as_str().unwrap());
            return self.resolve(&choice[if holds { 1 } else { 2 }]);
        }
        Some(object.iter().filter_map(|(key, value)| Some((key.clone(), self.resolve(value)?))).collect())
    }

    fn name(&self, name: &str) -> Value {
        self.names.get(name).unwrap_or_else(|| panic!("{name} has no value in this test")).clone()
    }

    /// What the template lets the function do.
    fn policy(&self) -> Value {
        let policies = TEMPLATE["Resources"]["Role"]["Properties"]["Policies"].as_array().unwrap();
        assert_eq!(policies.len(), 1);
        self.resolve(&policies[0]["PolicyDocument"]).unwrap()
    }
}

fn stack(conditions: &'static [&'static str]) -> Stack {
    let names = json!({
        "AWS::Partition": "aws-cn",
        "AWS::Region": "cn-north-1",
        "AWS::URLSuffix": "amazonaws.com.cn",
        "BucketName": "logs",
        "KeyPrefix": "agents/",
        "BucketKmsKeyArn": "arn:aws-cn:kms:cn-north-1:111122223333:key/k",
        "LogArchiveRoleArn": "arn:aws-cn:iam::444455556666:role/archive",
        "DomainArn": "arn:aws-cn:es:cn-north-1:111122223333:domain/siem",
        "CollectionArn": "arn:aws-cn:aoss:cn-north-1:111122223333:collection/c",
        "DeadLetterBucket": "letters",
        "DeadLetterPrefix": "es-loader/dead-letter/",
        "DeadLetterKmsKeyArn": "arn:aws-cn:kms:cn-north-1:111122223333:key/d",
        "IndexPattern": "log-deepsecurity*",
        "PasswordSecretArn": "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:s-x",
        "Queue.Arn": "arn:aws-cn:sqs:cn-north-1:111122223333:q",
        "DeadLetterQueue.Arn": "arn:aws-cn:sqs:cn-north-1:111122223333:d",
        "LogGroup.Arn": "arn:aws-cn:logs:cn-north-1:111122223333:log-group:/aws/lambda/f:*",
    });
    Stack { names: names.as_object().unwrap().clone(), conditions }
}

#[track_caller]
fn printed(stack: &Stack, arguments: &[(&str, &str)]) -> Value {
    let mut command = es_loader();
    command.args(["setup", "--print-iam", "--bucket", "logs", "--key-prefix", "agents/"]);
    for (argument, name) in [
        ("--queue-arn", "Queue.Arn"),
        ("--dead-letter-queue-arn", "DeadLetterQueue.Arn"),
        ("--log-group-arn", "LogGroup.Arn"),
    ]
    .iter()
    .chain(arguments)
    {
        command.arg(argument).arg(stack.name(name).as_str().unwrap());
    }
    if stack.conditions.contains(&"InVpc") {
        command.arg("--vpc");
    }
    serde_json::from_slice(&Run::of(&mut command).with_status(0).stdout).unwrap()
}

#[test]
fn the_printed_policy_is_what_the_template_grants() {
    let domain = stack(&["IsDomain", "HandsOver"]);
    assert_eq!(printed(&domain, &[("--domain-arn", "DomainArn")]), domain.policy());
    let own_cluster = stack(&["HasSecret", "HandsOver"]);
    assert_eq!(printed(&own_cluster, &[("--secret-arn", "PasswordSecretArn")]), own_cluster.policy());
    let all = stack(&[
        "IsCollection",
        "HandsOver",
        "HasKmsKey",
        "HasLogArchive",
        "HasDeadLetterBucket",
        "HasDeadLetterKmsKey",
        "InVpc",
    ]);
    let arguments = [
        ("--collection-arn", "CollectionArn"),
        ("--dead-letter-bucket", "DeadLetterBucket"),
        ("--dead-letter-kms-key-arn", "DeadLetterKmsKeyArn"),
        ("--kms-key-arn", "BucketKmsKeyArn"),
        ("--log-archive-role-arn", "LogArchiveRoleArn"),
    ];
    assert_eq!(printed(&all, &arguments), all.policy());
}

#[test]
fn without_arguments_the_printed_policy_has_words_to_fill_in() {
    let run = Run::of(es_loader().args(["setup", "--print-iam"])).with_status(0);
    let policy: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
    let statements = policy["Statement"].as_array().unwrap();
    assert_eq!(statements[0]["Resource"], "arn:aws:s3:::BUCKET/ds_agent/*");
    for statement in statements {
        assert_eq!(statement["Effect"], "Allow", "{statement}");
        assert_ne!(statement["Resource"], "*", "{statement}");
        assert!(!statement["Action"].to_string().contains('*'), "{statement}");
    }
}

#[test]
fn a_message_is_hidden_for_six_times_the_time_out_and_the_longest_wait_for_a_batch() {
    let parameters = &TEMPLATE["Parameters"];
    let window = parameters["BatchWindow"]["MaxValue"].as_u64().unwrap();
    for time_out in parameters["Timeout"]["AllowedValues"].as_array().unwrap() {
        let hidden = &TEMPLATE["Mappings"]["Visibility"][time_out.to_string()]["Seconds"];
        assert!(hidden.as_u64().unwrap() >= 6 * time_out.as_u64().unwrap() + window, "{time_out}: {hidden}");
    }
    let queue = &TEMPLATE["Resources"]["Queue"]["Properties"];
    assert_eq!(queue["VisibilityTimeout"]["Fn::FindInMap"][0], "Visibility");
    assert!(queue["RedrivePolicy"]["maxReceiveCount"].as_u64().unwrap() >= 5);
}

#[test]
fn delays_and_receive_count_together_cover_an_outage_of_six_hours() {
    let queue = &TEMPLATE["Resources"]["Queue"]["Properties"];
    let receipts = queue["RedrivePolicy"]["maxReceiveCount"].as_u64().unwrap();
    for fraction in [0.0, 0.5, 1.0] {
        let covered: f64 = (1..receipts).map(|count| hidden(count, fraction).as_secs_f64()).sum();
        assert!(covered >= 6.0 * 3_600.0, "{covered} s with a fraction of {fraction}");
    }
    assert!((1..2_000).chain([u64::MAX]).all(|count| hidden(count, 0.0).as_secs() < 12 * 3_600));
    assert!(hidden(1, 1.0) >= std::time::Duration::from_secs(60) && hidden(2, 1.0) > hidden(1, 0.0));
    assert!(queue["MessageRetentionPeriod"].as_u64().unwrap() > 24 * 3_600);
}

/// What the function reads from its environment, the template can set, but for a password in it and a private authority.
#[test]
fn the_template_sets_the_variables_that_the_function_reads() {
    let variables =
        TEMPLATE["Resources"]["Loader"]["Properties"]["Environment"]["Variables"].as_object().unwrap();
    let set: Vec<&str> = variables.keys().map(String::as_str).collect();
    for variable in [
        "ENDPOINT",
        "ENDPOINT_SERVICE",
        "ES_LOADER_CONFIG",
        "ES_LOADER_LOG_TYPES",
        "ES_LOADER_DEAD_LETTER",
        "OPENSEARCH_SECRET",
        "ES_LOADER_DOCUMENT_IDS",
        "ES_LOADER_BROKEN_OBJECT",
        "ES_LOADER_MISSING_OBJECT",
        "SQS_SPLITTED_LOGS_URL",
        "CONTROL_TOWER_ROLE_ARN",
        "CONTROL_TOWER_LOG_BUCKETS",
        "EXPECTED_BUCKET_OWNER",
    ] {
        assert!(set.contains(&variable), "{variable} is not in {set:?}");
    }
    let handed_over = &variables["SQS_SPLITTED_LOGS_URL"]["Fn::If"];
    assert_eq!((&handed_over[0], &handed_over[1]), (&json!("HandsOver"), &json!({"Ref": "Queue"})));
    let mapping = &TEMPLATE["Resources"]["QueueToLoader"]["Properties"];
    assert_eq!(mapping["EventSourceArn"], json!({"Fn::GetAtt": ["Queue", "Arn"]}));
    assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
}

#[test]
fn every_path_to_an_index_is_bounded_to_the_sections_indices() {
    let policy = stack(&["IsDomain", "HandsOver"]).policy();
    let text = policy.to_string();
    assert!(text.contains("/log-deepsecurity*/_bulk") && text.contains("/log-deepsecurity*/_mget"), "{text}");
    assert!(!text.contains("siem/*"), "{text}");
}

#[test]
fn buckets_and_queues_take_nothing_without_tls_and_what_nobody_saw_outlives_the_stack() {
    let resources = &TEMPLATE["Resources"];
    for policy in ["BucketPolicy", "QueuePolicy", "DeadLetterQueuePolicy"] {
        let first = &resources[policy]["Properties"]["PolicyDocument"]["Statement"][0];
        assert_eq!((&first["Effect"], &first["Principal"]), (&json!("Deny"), &json!("*")), "{policy}");
        assert_eq!(first["Condition"]["Bool"]["aws:SecureTransport"], "false", "{policy}");
    }
    for kept in ["Bucket", "DeadLetterQueue"] {
        assert_eq!(resources[kept]["DeletionPolicy"], "Retain", "{kept}");
        assert_eq!(resources[kept]["UpdateReplacePolicy"], "Retain", "{kept}");
    }
    assert_eq!(resources["Bucket"]["Properties"]["VersioningConfiguration"]["Status"], "Enabled");
    let rule = &resources["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"][0];
    assert_eq!(rule["NoncurrentVersionExpiration"]["NoncurrentDays"], json!({"Ref": "OldVersionDays"}));
    for bound in ["ReservedConcurrency", "MaximumConcurrency"] {
        assert!(TEMPLATE["Parameters"][bound]["Default"].as_u64().unwrap() > 0, "{bound}");
    }
}

#[test]
fn each_trouble_has_its_alarm_and_silence_has_one_too() {
    let alarms: Vec<(&String, &Value)> = TEMPLATE["Resources"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, resource)| resource["Type"] == "AWS::CloudWatch::Alarm")
        .collect();
    let metrics: Vec<&str> =
        alarms.iter().map(|(_, alarm)| alarm["Properties"]["MetricName"].as_str().unwrap()).collect();
    for metric in [
        "Errors",
        "Throttles",
        "ApproximateAgeOfOldestMessage",
        "RejectedLogCount",
        "SkippedLogFileCount",
        "BrokenLogFileCount",
        "PipelineErrorLogCount",
        "TotalLogCount",
    ] {
        assert!(metrics.contains(&metric), "{metric} is not in {metrics:?}");
    }
    let silence = &TEMPLATE["Resources"]["SilenceAlarm"]["Properties"];
    assert_eq!(silence["TreatMissingData"], "breaching", "where nothing comes there is no number either");
    for (name, alarm) in alarms {
        let text = alarm["Properties"]["AlarmDescription"].as_str().unwrap();
        assert!(text.len() < 1_024 && !text.is_empty(), "{name}: {text}");
    }
}

/// The names of the metrics of a report, by their dimensions.
fn measured(report: &ObjectReport) -> Vec<(Value, Value)> {
    let line: Value =
        serde_json::from_str(&emf(report, jiff::Timestamp::UNIX_EPOCH, "INFO").unwrap()).unwrap();
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    let of_one = |directive: &Value| {
        let dimensions = directive["Dimensions"][0].clone();
        let metrics = directive["Metrics"].as_array().unwrap();
        metrics.iter().map(|metric| (dimensions.clone(), metric["Name"].clone())).collect::<Vec<_>>()
    };
    directives.iter().flat_map(of_one).collect()
}

#[test]
fn each_alarm_on_a_metric_of_the_loader_looks_where_the_loader_writes_it() {
    let failed = Outcome::Failed { reason: "denied".to_owned(), retry: true };
    let known: Vec<(Value, Value)> = [failed, Outcome::not_taken(&Choice::Unknown)]
        .into_iter()
        .flat_map(|outcome| measured(&ObjectReport::not_loaded("s3://logs/x", outcome)))
        .collect();
    let mut count = 0;
    for (name, resource) in TEMPLATE["Resources"].as_object().unwrap() {
        let properties = &resource["Properties"];
        if resource["Type"] != "AWS::CloudWatch::Alarm" || properties["Namespace"] != "SIEM" {
            continue;
        }
        let dimensions = properties["Dimensions"].as_array().unwrap();
        let names: Vec<Value> = dimensions.iter().map(|dimension| dimension["Name"].clone()).collect();
        let wanted = (json!(names), properties["MetricName"].clone());
        assert!(known.contains(&wanted), "{name}: {wanted:?} is not in {known:?}");
        count += 1;
    }
    assert!(count >= 7, "{count}");
}
