//! What the function does with settings that cannot be used: it ends before it takes an event, and says why.

use std::io::ErrorKind;
use std::net::TcpListener;

use crate::support::program::{Run, clean, with_aws};
use crate::support::site::Site;

/// Starts the function with good settings and `variables` over them; it has to end without having asked for an event.
fn start(site: &Site, variables: &[(&str, &str)]) -> String {
    let interface = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut function = clean(env!("CARGO_BIN_EXE_es-loader-lambda"));
    with_aws(&mut function)
        .env("AWS_LAMBDA_RUNTIME_API", interface.local_addr().unwrap().to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "es-loader-lambda")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .env("ES_LOADER_CONFIG", site.config())
        .env("ENDPOINT", "http://127.0.0.1:9")
        .envs(variables.iter().copied());
    let run = Run::of(&mut function);
    assert_eq!(run.status, Some(1), "{}{}", run.out(), run.stderr);
    interface.set_nonblocking(true).unwrap();
    let asked = interface.accept();
    assert_eq!(
        asked.map_err(|error| error.kind()).unwrap_err(),
        ErrorKind::WouldBlock,
        "no event was asked for"
    );
    run.out() + &run.stderr
}

#[test]
fn an_error_in_user_ini_is_told_by_file_line_and_column() {
    let site = Site::new("brokenini");
    let text = "[deepsecurity]\ns3_key = ds_agent\nindex_name = Log Deep\ndestination.port = dpt\ns3_key_ignored = (\n";
    let file = site.file("user.ini", text.as_bytes());
    let log = start(&site, &[]);
    for place in ["3:14", "5:18"] {
        let place = format!("{}:{place}: ", file.display());
        assert!(log.contains(&place), "no `{place}` in\n{log}");
    }
    assert!(log.contains("the function cannot start"), "{log}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let site = Site::new("noini");
    let log = start(&site, &[("ES_LOADER_CONFIG", "/nowhere/user.ini")]);
    assert!(log.contains("/nowhere/user.ini: No such file"), "{log}");
}

#[test]
fn settings_that_cannot_be_used_end_the_function_before_it_takes_an_event() {
    let site = Site::new("settings");
    for (variables, text) in [
        (&[("ENDPOINT", "")][..], "set the environment variable ENDPOINT"),
        (&[("ENDPOINT", "ftp://host")], "endpoint `ftp://host`: neither http nor https"),
        (&[("ENDPOINT", "https://u:secret@host")], "the endpoint holds a user name or a password"),
        (&[("ENDPOINT_SERVICE", "opensearch")], "ENDPOINT_SERVICE is `opensearch`: expected es or aoss"),
        (&[("OPENSEARCH_CA", "/nowhere.pem")], "certificate authority file /nowhere.pem"),
        (&[("SQS_SPLITTED_LOGS_URL", "es-loader")], "`es-loader` is not the URL of a queue"),
        (
            &[("CONTROL_TOWER_LOG_BUCKETS", "a")],
            "CONTROL_TOWER_LOG_BUCKETS is set and CONTROL_TOWER_ROLE_ARN is not",
        ),
        (&[("ES_LOADER_DOCUMENT_IDS", "none")], "ES_LOADER_DOCUMENT_IDS is `none`: expected on or off"),
        (&[("ES_LOADER_LOG_TYPES", "nonsense")], "log_types: 'nonsense' is no built-in section"),
    ] {
        let log = start(&site, variables);
        assert!(log.contains(text), "no `{text}` in\n{log}");
        assert!(!log.contains("secret"), "{log}");
    }
}
