//! Buckets, objects and queues, made as their owner would make them.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::types::{
    BucketVersioningStatus, Event, NotificationConfiguration, QueueConfiguration, VersioningConfiguration,
};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::services;

/// A connection to S3 and SQS.
pub(crate) struct Storage {
    runtime: Runtime,
    client: Client,
}

/// A queue of SQS.
pub(crate) struct Queue {
    url: String,
    arn: String,
}

/// The settings that reach the S3 of these tests.
pub(crate) fn sdk_config() -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(services::aws())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

impl Storage {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = Client::from_conf(Builder::from(&sdk_config()).force_path_style(true).build());
        Self { runtime, client }
    }

    /// Makes a bucket; one that is there already is as good.
    pub(crate) fn bucket(&self, bucket: &str) {
        self.runtime.block_on(self.client.create_bucket().bucket(bucket).send()).unwrap();
    }

    /// Switches versions on.
    pub(crate) fn keep_versions(&self, bucket: &str) {
        let versioning = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let request = self.client.put_bucket_versioning().bucket(bucket).versioning_configuration(versioning);
        self.runtime.block_on(request.send()).unwrap();
    }

    /// Puts an object; gives the version that it became.
    pub(crate) fn put(&self, bucket: &str, key: &str, bytes: &[u8]) -> Option<String> {
        let request = self.client.put_object().bucket(bucket).key(key).body(bytes.to_vec().into());
        self.runtime.block_on(request.send()).unwrap().version_id().map(str::to_owned)
    }

    pub(crate) fn get(&self, bucket: &str, key: &str) -> Vec<u8> {
        self.runtime.block_on(async {
            let found = self.client.get_object().bucket(bucket).key(key).send().await.unwrap();
            found.body.collect().await.unwrap().to_vec()
        })
    }

    /// The keys of a bucket.
    pub(crate) fn keys(&self, bucket: &str) -> Vec<String> {
        let listed = self.runtime.block_on(self.client.list_objects_v2().bucket(bucket).send()).unwrap();
        listed.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
    }

    pub(crate) fn delete(&self, bucket: &str, key: &str) {
        self.runtime.block_on(self.client.delete_object().bucket(bucket).key(key).send()).unwrap();
    }

    /// Makes a queue, and has the bucket tell it of every new object.
    pub(crate) fn notify_queue(&self, bucket: &str) -> Queue {
        let url = sqs(&["create-queue", "--queue-name", bucket])["QueueUrl"].as_str().unwrap().to_owned();
        let asked = sqs(&["get-queue-attributes", "--queue-url", &url, "--attribute-names", "QueueArn"]);
        let arn = asked["Attributes"]["QueueArn"].as_str().unwrap().to_owned();
        let queue =
            QueueConfiguration::builder().queue_arn(&arn).events(Event::S3ObjectCreated).build().unwrap();
        let notification = NotificationConfiguration::builder().queue_configurations(queue).build();
        let request = self
            .client
            .put_bucket_notification_configuration()
            .bucket(bucket)
            .notification_configuration(notification);
        self.runtime.block_on(request.send()).unwrap();
        Queue { url, arn }
    }
}

impl Queue {
    pub(crate) fn send(&self, body: &str) {
        sqs(&["send-message", "--queue-url", &self.url, "--message-body", body]);
    }

    /// The event that Lambda makes of the messages in the queue, of which there have to be `count`.
    pub(crate) fn event(&self, count: usize) -> Value {
        let asked = ["receive-message", "--queue-url", &self.url, "--max-number-of-messages", "10"];
        let mut records = Vec::new();
        for _ in 0..10 {
            let received =
                sqs(&[asked.as_slice(), &["--attribute-names", "All", "--wait-time-seconds", "1"]].concat());
            let messages = received["Messages"].as_array().cloned().unwrap_or_default();
            records.extend(messages.iter().map(|message| self.record(message)));
            if records.len() >= count {
                break;
            }
        }
        assert_eq!(records.len(), count, "{records:#?}");
        serde_json::json!({ "Records": records })
    }

    /// A message as Lambda hands it over: the same fields, written in small letters.
    fn record(&self, message: &Value) -> Value {
        serde_json::json!({
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self.arn,
            "awsRegion": "us-east-1",
        })
    }
}

/// Queues are made and read by the AWS command line: one crate less, and the same requests.
fn sqs(arguments: &[&str]) -> Value {
    services::aws();
    let done =
        services::script("aws").args(["cli", "--output", "json", "sqs"]).args(arguments).output().unwrap();
    let words = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "aws sqs {arguments:?}: {words}");
    serde_json::from_slice(&done.stdout).unwrap_or(Value::Null)
}
