//! A cluster of one's own, behind TLS with a private authority and basic authentication.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use es_loader::edge::aws::auth::Auth;
use es_loader::edge::delivery::outcome::Options;
use es_loader::edge::delivery::sink::Sink;
use es_loader::edge::object_loader::ObjectLoader;
use es_loader::edge::opensearch::client::{OpenSearch, Settings};
use es_loader::edge::opensearch::endpoint::Endpoint;
use es_loader::load::account::Limits;
use es_loader::report::Outcome;
use jiff::Timestamp;

use crate::scripted::run;
use crate::support::program::{Run, es_loader};
use crate::support::services::repository;
use crate::support::site::Site;
use crate::support::tls::{Authority, gate};

/// `load` of the article's object through a gate.
fn load(site: &Site, endpoint: &str, ca: Option<&Path>) -> Command {
    let mut command = es_loader();
    command.args(["load", "fixtures/real-chain.gz", "--endpoint", endpoint, "--config"]).arg(site.config());
    command.env("OPENSEARCH_USER", "loader").env("OPENSEARCH_PASSWORD", "pa:ss wörd");
    if let Some(ca) = ca {
        command.arg("--ca").arg(ca);
    }
    command
}

#[test]
fn a_private_authority_and_a_password_open_the_way() {
    let site = Site::new("gate");
    let authority = Authority::new("the company's own");
    let ca = site.file("ca.pem", authority.pem.as_bytes());
    let endpoint = gate(&authority, "localhost", "loader", "pa:ss wörd");

    let run = Run::of(&mut load(&site, &endpoint, Some(&ca))).with_status(0);
    run.reports("415", &format!("indexed into {endpoint}"));
    assert_eq!(site.documents(), 415);

    let mut setup = es_loader();
    setup.args(["setup", "--endpoint", &endpoint, "--user", "loader", "--config"]).arg(site.config());
    setup.env("OPENSEARCH_PASSWORD", "pa:ss wörd").env("OPENSEARCH_CA", &ca);
    Run::of(&mut setup).with_status(0);
}

#[test]
fn a_certificate_that_is_not_trusted_ends_the_load_before_it_begins() {
    let site = Site::new("untrusted");
    let authority = Authority::new("the company's own");
    let endpoint = gate(&authority, "localhost", "loader", "pa:ss wörd");
    let other = site.file("other.pem", Authority::new("somebody else's").pem.as_bytes());
    for ca in [None, Some(other.as_path())] {
        let run = Run::of(&mut load(&site, &endpoint, ca)).with_status(2);
        let run = run.says(&format!("es-loader: {endpoint}: its certificate is not accepted"));
        run.says("OPENSEARCH_CA").says("UnknownIssuer");
    }
}

#[test]
fn a_certificate_of_another_host_is_not_accepted() {
    let site = Site::new("misnamed");
    let authority = Authority::new("the company's own");
    let ca = site.file("ca.pem", authority.pem.as_bytes());
    let endpoint = gate(&authority, "search.example.com", "loader", "pa:ss wörd");
    let run = Run::of(&mut load(&site, &endpoint, Some(&ca))).with_status(2);
    run.says("its certificate is not accepted").says("search.example.com");
}

#[test]
fn the_function_does_not_wait_for_a_certificate_to_become_a_trusted_one() {
    let site = Site::new("untrustedfn");
    let endpoint = gate(&Authority::new("the company's own"), "localhost", "loader", "secret");
    let client = OpenSearch::new(Settings::new(Endpoint::parse(&endpoint).unwrap(), Auth::None)).unwrap();
    let sink = Sink::OpenSearch(Box::new(client), Options::default());
    let loader = ObjectLoader::new(site.sections(), None, sink, Limits::default());
    let file = repository().join("fixtures/real-chain.gz");
    let started = Instant::now();
    let report = run(loader.load_file(&file, "deepsecurity", Timestamp::now()));
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    assert_eq!((report.account.documents, report.verdicts.indexed, report.unsent.total()), (415, 0, 415));
    let Outcome::Failed { reason, retry } = report.outcome else { panic!("{:?}", report.outcome) };
    assert!(retry, "someone may mend it before the message comes again");
    assert!(reason.contains("its certificate is not accepted"), "{reason}");
}

#[test]
fn a_wrong_password_ends_the_load_with_the_way_out() {
    let site = Site::new("password");
    let authority = Authority::new("the company's own");
    let ca = site.file("ca.pem", authority.pem.as_bytes());
    let endpoint = gate(&authority, "localhost", "loader", "another");
    let run = Run::of(&mut load(&site, &endpoint, Some(&ca))).with_status(2);
    let run = run.says("401").says("check user and password").reports("415", "unsent");
    assert!(!run.stderr.contains("pa:ss"), "{}", run.stderr);
}

#[test]
fn a_file_that_holds_no_certificate_is_refused_by_name() {
    let site = Site::new("nopem");
    let ca = site.file("ca.pem", b"not a certificate");
    let run = Run::of(&mut load(&site, "https://localhost:1", Some(&ca))).with_status(2);
    run.says("ca.pem");
}
