//! Buckets, objects and queues, made as their owner would make them.

use std::rc::Rc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::types::{
    BucketVersioningStatus, Event, NotificationConfiguration, QueueConfiguration, StorageClass,
    VersioningConfiguration,
};
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::services;

/// A connection to S3 and SQS.
pub(crate) struct Storage {
    runtime: Rc<Runtime>,
    client: Client,
    sqs: aws_sdk_sqs::Client,
}

/// A queue of SQS.
pub(crate) struct Queue {
    runtime: Rc<Runtime>,
    client: aws_sdk_sqs::Client,
    pub(crate) url: String,
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
        Self { runtime: Rc::new(runtime), client, sqs: aws_sdk_sqs::Client::new(&sdk_config()) }
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

    /// Puts an object that is archived.
    pub(crate) fn archive(&self, bucket: &str, key: &str) {
        let request = self.client.put_object().bucket(bucket).key(key).body(b"x".to_vec().into());
        self.runtime.block_on(request.storage_class(StorageClass::Glacier).send()).unwrap();
    }

    /// Forbids everybody to read an object.
    pub(crate) fn forbid(&self, bucket: &str, key: &str) {
        let resource = format!("arn:aws:s3:::{bucket}/{key}");
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": resource}
        ]});
        let request = self.client.put_bucket_policy().bucket(bucket).policy(policy.to_string());
        self.runtime.block_on(request.send()).unwrap();
    }

    /// Lets everything be read again.
    pub(crate) fn forbid_nothing(&self, bucket: &str) {
        self.runtime.block_on(self.client.delete_bucket_policy().bucket(bucket).send()).unwrap();
    }

    /// Makes a queue.
    pub(crate) fn queue(&self, name: &str) -> Queue {
        let made = self.runtime.block_on(self.sqs.create_queue().queue_name(name).send()).unwrap();
        let url = made.queue_url().unwrap().to_owned();
        let name = QueueAttributeName::QueueArn;
        let request = self.sqs.get_queue_attributes().queue_url(&url).attribute_names(name.clone());
        let asked = self.runtime.block_on(request.send()).unwrap();
        let arn = asked.attributes().unwrap()[&name].clone();
        Queue { runtime: Rc::clone(&self.runtime), client: self.sqs.clone(), url, arn }
    }

    /// Makes a queue, and has the bucket tell it of every new object.
    pub(crate) fn notify_queue(&self, bucket: &str) -> Queue {
        let made = self.queue(bucket);
        let queue = QueueConfiguration::builder()
            .queue_arn(&made.arn)
            .events(Event::S3ObjectCreated)
            .build()
            .unwrap();
        let notification = NotificationConfiguration::builder().queue_configurations(queue).build();
        let request = self
            .client
            .put_bucket_notification_configuration()
            .bucket(bucket)
            .notification_configuration(notification);
        self.runtime.block_on(request.send()).unwrap();
        made
    }
}

impl Queue {
    pub(crate) fn send(&self, body: &str) {
        let request = self.client.send_message().queue_url(&self.url).message_body(body);
        self.runtime.block_on(request.send()).unwrap();
    }

    /// The event that Lambda makes of the messages in the queue, of which there have to be `count`.
    pub(crate) fn event(&self, count: usize) -> Value {
        let records = self.records(count);
        assert_eq!(records.len(), count, "{records:#?}");
        json!({ "Records": records })
    }

    /// The bodies of the messages that are there, which are deleted.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.runtime.block_on(async {
            let received = self.client.receive_message().queue_url(&self.url).max_number_of_messages(10);
            let received = received.send().await.unwrap();
            for message in received.messages() {
                let handle = message.receipt_handle().unwrap();
                self.client
                    .delete_message()
                    .queue_url(&self.url)
                    .receipt_handle(handle)
                    .send()
                    .await
                    .unwrap();
            }
            received.messages().iter().filter_map(|message| message.body().map(str::to_owned)).collect()
        })
    }

    /// There is no message to be had.
    #[track_caller]
    pub(crate) fn assert_empty(&self) {
        let records = self.records(1);
        assert!(records.is_empty(), "{records:#?}");
    }

    /// The messages in the queue, as Lambda hands them over, until there are `count` or no more come.
    fn records(&self, count: usize) -> Vec<Value> {
        let mut records = Vec::new();
        while records.len() < count {
            let request = self.client.receive_message().queue_url(&self.url).max_number_of_messages(10);
            let request = request.message_system_attribute_names(MessageSystemAttributeName::All);
            let received = self.runtime.block_on(request.wait_time_seconds(1).send()).unwrap();
            if received.messages().is_empty() {
                break;
            }
            records.extend(received.messages().iter().map(|message| self.record(message)));
        }
        records
    }

    /// A message as Lambda hands it over: the same fields, written in small letters.
    fn record(&self, message: &Message) -> Value {
        let attributes = message.attributes().into_iter().flatten();
        let attributes: serde_json::Map<String, Value> =
            attributes.map(|(name, value)| (name.as_str().to_owned(), json!(value))).collect();
        json!({
            "messageId": message.message_id(),
            "receiptHandle": message.receipt_handle(),
            "body": message.body(),
            "attributes": attributes,
            "messageAttributes": {},
            "md5OfBody": message.md5_of_body(),
            "eventSource": "aws:sqs",
            "eventSourceARN": self.arn,
            "awsRegion": "us-east-1",
        })
    }
}
