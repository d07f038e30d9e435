//! The log lines that the page offers: one example for each module and log type, out of fixtures of the tests. Those of the log types
//! that are off bring the user.ini that switches them on.

use serde::Serialize;

#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Example {
    name: &'static str,
    /// The section that reads the lines.
    pub(super) section: &'static str,
    /// The user.ini that switches the section on; empty where it is on.
    pub(super) config: &'static str,
    pub(super) lines: &'static str,
}

macro_rules! examples {
    ($($section:literal $config:expr => {$($name:literal: $file:literal),+ $(,)?})+) => {
        &[$($(Example {
            name: $name,
            section: $section,
            config: $config,
            lines: include_str!(concat!("../../../fixtures/", $file)),
        }),+),+]
    };
}

/// All examples, in the order of the page's list.
pub(super) const ALL: &[Example] = examples! {
    "deepsecurity" "" => {
        "Intrusion Prevention, behind a proxy": "lines/forwarded_for_behind_a_trusted_proxy.jsonl",
        "Intrusion Prevention": "lines/intrusion_prevention_cef.jsonl",
        "Firewall": "lines/firewall_cef.jsonl",
        "Anti-Malware": "lines/anti_malware_cef.jsonl",
        "Web Reputation": "lines/web_reputation_cef.jsonl",
        "Integrity Monitoring": "lines/integrity_monitoring_cef.jsonl",
        "Log Inspection": "lines/log_inspection_cef.jsonl",
        "Application Control": "lines/application_control_cef.jsonl",
        "Device Control": "lines/device_control_cef.jsonl",
        "Manager": "lines/system_cef.jsonl",
        "Intrusion Prevention in LEEF": "lines/intrusion_prevention_leef.jsonl",
    }
    "apex_one" include_str!("../../../config/log_types/apex_one/user.ini") => { "Apex One": "apex_one/virus_malware.documented.jsonl" }
    "waf" "[DEFAULT]\nlog_types = waf\n" => { "AWS WAF": "playground/waf.log" }
    "alb" "[DEFAULT]\nlog_types = alb\n" => { "Application Load Balancer": "playground/alb.log" }
    "nginx-access" "[DEFAULT]\nlog_types = nginx-access\n" => { "nginx": "playground/nginx-access.log" }
    "apache-access" "[DEFAULT]\nlog_types = apache-access\n" => { "Apache": "playground/apache-access.log" }
    "cloudtrail" "[DEFAULT]\nlog_types = cloudtrail\n" => { "CloudTrail": "playground/cloudtrail.json" }
    "vpcflowlogs" "[DEFAULT]\nlog_types = vpcflowlogs\n" => { "VPC flow logs": "playground/vpcflowlogs.log" }
    "guardduty" "[DEFAULT]\nlog_types = guardduty\n" => { "GuardDuty": "playground/guardduty.json" }
    "s3accesslog" "[DEFAULT]\nlog_types = s3accesslog\n" => { "S3 access logs": "playground/s3accesslog.log" }
    "clb" "[DEFAULT]\nlog_types = clb\n" => { "Classic Load Balancer": "playground/clb.log" }
    "nlb" "[DEFAULT]\nlog_types = nlb\n" => { "Network Load Balancer": "playground/nlb.log" }
    "nginx-error" "[DEFAULT]\nlog_types = nginx-error\n" => { "nginx, errors": "playground/nginx-error.log" }
    "apache-error" "[DEFAULT]\nlog_types = apache-error\n" => { "Apache, errors": "playground/apache-error.log" }
    "cloudfront-standard" "[DEFAULT]\nlog_types = cloudfront-standard\n" => { "CloudFront, standard logs": "playground/cloudfront-standard.log" }
    "cloudfront-realtime" "[DEFAULT]\nlog_types = cloudfront-realtime\n" => { "CloudFront, real-time logs": "playground/cloudfront-realtime.log" }
    "route53resolver" "[DEFAULT]\nlog_types = route53resolver\n" => { "Route 53 Resolver": "playground/route53resolver.json" }
    "networkfirewall" "[DEFAULT]\nlog_types = networkfirewall\n" => { "Network Firewall": "playground/networkfirewall.json" }
    "linux-secure" "[DEFAULT]\nlog_types = linux-secure\n" => { "Linux, sign-ins": "playground/linux-secure.log" }
    "linux-os-syslog" "[DEFAULT]\nlog_types = linux-os-syslog\n" => { "Linux, syslog": "playground/linux-os-syslog.log" }
};

/// The lines that the page begins with.
pub(super) fn first() -> &'static str {
    ALL.first().map_or("", |example| example.lines)
}
