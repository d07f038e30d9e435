//! The attack story of `fixtures/story`, loaded into indices of one test.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::program::{Run, es_loader};
use super::services::opensearch;
use super::site::{Site, unique};

/// The address that the story is about: a customer's, and an attacker's.
pub(crate) const CLIENT: &str = "203.0.113.77";

/// The logs of the story.
const SECTIONS: [&str; 6] = ["deepsecurity", "waf", "alb", "nginx-access", "cloudtrail", "vpcflowlogs"];

/// A test's own copy of the story; its indices go when the test ends well.
pub(crate) struct Story {
    pub(crate) site: Site,
    indices: Vec<String>,
}

impl Story {
    /// Indices and templates of its own, without documents.
    pub(crate) fn new(name: &str) -> Self {
        let site = Site::beside_siem(name);
        let index = |section: &str| {
            if section == "deepsecurity" { site.index.clone() } else { unique(&format!("log-it-{section}")) }
        };
        let indices: Vec<String> = SECTIONS.iter().map(|section| index(section)).collect();
        let sections = SECTIONS.iter().zip(&indices);
        let config: String =
            sections.map(|(section, index)| format!("[{section}]\nindex_name = {index}\n")).collect();
        std::fs::write(site.config(), format!("[DEFAULT]\nlog_types = all\n{config}")).unwrap();
        Self { site, indices }
    }

    /// Installs the templates and loads all objects: each line but one of names becomes a document, and none is refused.
    pub(crate) fn load(&self) {
        Run::of(&mut self.command("setup")).with_status(0);
        let mut load = self.command("load");
        load.arg(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/story"));
        Run::of(&mut load).with_status(0).reports("1", "excluded").reports("0", "rejected");
        assert_eq!(self.site.node.documents(&self.pattern()), 58);
    }

    /// A command on the story's configuration and node.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = es_loader();
        command.args([name, "--endpoint", opensearch(), "--config"]).arg(self.site.config());
        command
    }

    /// The timeline of an address in its indices.
    pub(crate) fn timeline(&self, address: &str) -> Command {
        let mut command = es_loader();
        command.args(["timeline", address, "--endpoint", opensearch(), "--index"]).arg(self.pattern());
        command
    }

    /// The pattern of all its indices.
    pub(crate) fn pattern(&self) -> String {
        self.indices.iter().map(|index| format!("{index}*")).collect::<Vec<_>>().join(",")
    }

    /// The documents that all filters take, in the order of time.
    pub(crate) fn find(&self, filters: &[Value]) -> Vec<Value> {
        self.site.node.find(&self.pattern(), &json!({"bool": {"filter": filters}}))
    }
}

impl Drop for Story {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = self.site.node.delete(&self.pattern());
            for index in &self.indices {
                let _ = self.site.node.delete(&format!("_index_template/{index}*"));
            }
        }
    }
}
