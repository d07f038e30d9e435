//! What an endpoint's name says, and what is refused before a request is made.

use es_loader::edge::aws::auth::Auth;
use es_loader::edge::opensearch::client::{OpenSearch, Settings, SetupError};
use es_loader::edge::opensearch::endpoint::{Endpoint, EndpointError, Service, Signing};

fn signing(text: &str) -> Option<(Service, String)> {
    Endpoint::parse(text).unwrap().signing(None).map(|signing| (signing.service, signing.region.unwrap()))
}

#[test]
fn the_host_name_tells_service_and_region() {
    for (host, service, region) in [
        ("search-siem-abc.ap-northeast-1.es.amazonaws.com", Service::Es, "ap-northeast-1"),
        ("https://vpc-siem-abc.eu-west-1.es.amazonaws.com:443/", Service::Es, "eu-west-1"),
        ("search-siem-abc.cn-north-1.es.amazonaws.com.cn", Service::Es, "cn-north-1"),
        ("search-siem-abc.aos.us-east-1.on.aws", Service::Es, "us-east-1"),
        ("https://abc.us-west-2.aoss.amazonaws.com", Service::Aoss, "us-west-2"),
        ("https://ABC.us-west-2.AOSS.amazonaws.com.", Service::Aoss, "us-west-2"),
    ] {
        assert_eq!(signing(host), Some((service, region.to_owned())), "{host}");
    }
}

#[test]
fn requests_to_other_hosts_are_not_signed() {
    for host in [
        "https://localhost:9200",
        "http://127.0.0.1:9200",
        "es.example.org",
        "us-east-1.es.amazonaws.com.example.org",
        "evil-us-east-1.es.amazonaws.com.evil.org",
        "https://bucket.s3.us-east-1.amazonaws.com",
        "es.amazonaws.com",
        "notamazonaws.com",
    ] {
        assert_eq!(signing(host), None, "{host}");
    }
}

#[test]
fn the_service_can_be_given() {
    let own_name = Endpoint::parse("https://logs.example.org").unwrap();
    assert_eq!(own_name.signing(Some(Service::Aoss)), Some(Signing { service: Service::Aoss, region: None }));
}

#[test]
fn a_bare_host_means_https_and_a_path_stays() {
    assert_eq!(Endpoint::parse(" logs.example.org ").unwrap().to_string(), "https://logs.example.org");
    assert_eq!(Endpoint::parse("http://h:9200/logs/").unwrap().to_string(), "http://h:9200/logs");
}

#[test]
fn a_password_in_the_endpoint_is_refused_and_not_shown() {
    for text in ["https://admin:s3cret@h", "admin:s3cret@h", "https://admin@h", "https://a:s3cret@h:port"] {
        let error = Endpoint::parse(text).unwrap_err();
        assert_eq!(error, EndpointError::Credentials, "{text}");
        assert!(!error.to_string().contains("s3cret"));
    }
}

#[test]
fn an_endpoint_that_is_none_is_refused_by_name() {
    for text in ["ftp://h", "https://", "https://h/?q=1", "h h", ""] {
        let error = Endpoint::parse(text).unwrap_err().to_string();
        // A query may hold a token.
        let shown = text.split('?').next().unwrap();
        assert!(error.starts_with(&format!("endpoint `{shown}`: ")), "{error}");
    }
}

#[test]
fn a_file_without_certificates_is_refused_by_name() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut settings = Settings::new(Endpoint::parse("localhost").unwrap(), Auth::None);
    settings.ca_file = Some(file.path().to_owned());
    let error = OpenSearch::new(settings).unwrap_err();
    assert!(matches!(&error, SetupError::CaFile { path, .. } if path == file.path()), "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[test]
fn the_query_of_an_endpoint_is_never_shown() {
    for text in [
        "https://h/?token=s3cret",
        "h?token=s3cret",
        "ftp://h/?s3cret",
        "https://h:port/?a=s3cret",
        "https://h/#s3cret",
    ] {
        let error = Endpoint::parse(text).unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}

#[test]
fn plain_http_can_be_read_on_its_way_unless_it_stays_on_this_host() {
    for (text, readable) in [
        ("http://logs.example.org", true),
        ("http://192.0.2.1:9200", true),
        ("http://[2001:db8::1]:9200", true),
        ("http://localhost.example.org", true),
        ("http://127.0.0.1:9200", false),
        ("http://127.8.9.1", false),
        ("http://localhost:9200", false),
        ("http://[::1]:9200", false),
        ("https://logs.example.org", false),
    ] {
        assert_eq!(Endpoint::parse(text).unwrap().is_readable_on_its_way(), readable, "{text}");
    }
}

#[test]
fn a_password_goes_over_plain_http_only_where_that_is_allowed() {
    let load = |words: &[&str], allowed: Option<&str>| {
        let mut command = crate::support::program::es_loader();
        command
            .args(["load", "fixtures/real-chain.gz", "--user", "u", "--endpoint", "http://192.0.2.1:1"])
            .args(words);
        command.env("OPENSEARCH_PASSWORD", "s3cret").env("HTTP_PROXY", "http://127.0.0.1:9");
        command.envs(allowed.map(|value| ("ES_LOADER_PASSWORD_OVER_HTTP", value)));
        crate::support::program::Run::of(&mut command).with_status(2)
    };
    for refused in [load(&[], None), load(&[], Some("off"))] {
        refused.says("user and password would go over plain http");
    }
    for sent in [load(&["--password-over-http"], None), load(&[], Some("on"))] {
        assert!(!sent.stderr.contains("over plain http"), "{}", sent.stderr);
    }
}
