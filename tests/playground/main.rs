//! The playground, as a person uses it: in a real browser, on the real program.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

mod browser;
mod edges;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use self::browser::Browser;

const LINE: &str = "Nov 29 12:00:00 web01 CEF:0|Trend Micro|Deep Security Agent|20.0.1|1001251|A rule|6|\
     src=203.0.113.9 dst=10.0.0.5 act=Reset cs1=CVE-2007-5355";

/// The row of a field in the document, as an expression.
fn field(name: &str) -> String {
    let rows = "[...document.querySelectorAll('#document .field')]";
    format!("{rows}.find((row) => row.querySelector('.name').textContent === {})", json!(name))
}

/// The program, until it is dropped.
struct Playground {
    process: Child,
    address: String,
}

impl Playground {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_es-loader"))
            .args(["playground", "--no-open"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        Self { process, address }
    }

    fn authority(&self) -> &str {
        self.address.trim_start_matches("http://").split('/').next().unwrap()
    }

    /// The answer to a request, as it stands on the wire.
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.authority()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn with_line(browser: &mut Browser, line: &str) {
    browser.value("document.getElementById('lines').value = ''");
    browser.type_into("#lines", line);
    browser.wait_for("document.querySelectorAll('#events button').length === 1");
}

/// Where pictures for the documents go: only where somebody asks for them.
fn picture(browser: &mut Browser, name: &str) {
    if let Some(folder) = std::env::var_os("PLAYGROUND_PICTURES") {
        browser.picture(&PathBuf::from(folder).join(name));
    }
}

#[test]
fn a_typing_error_is_shown_at_its_line_and_mended_by_a_click() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    browser.type_into("#config", "[deepsecurity]\ntrusted_proxis = 10.0.0.0/8\n");
    browser.wait_for("document.querySelector('#findings .error')");
    assert_eq!(browser.value("document.querySelector('#findings .place').textContent"), "2:1");
    assert_eq!(browser.value("document.querySelectorAll('#gutter .error')[0].textContent"), "2");
    browser.value("document.querySelector('#findings .take').click()");
    browser.wait_for("document.querySelectorAll('#findings li').length === 0");
    assert_eq!(browser.value("document.getElementById('config').value.includes('trusted_proxies')"), true);
}

#[test]
fn a_new_field_is_lit_in_the_event_and_in_user_ini() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    with_line(&mut browser, LINE);
    browser.type_into("#config", "[deepsecurity]\nlabels.rule_text = cs1\n");
    let own = field("labels.rule_text");
    browser.wait_for(&own);
    browser.hover(&own);
    browser.wait_for("document.querySelector('#message .lit')?.textContent === 'CVE-2007-5355'");
    assert_eq!(browser.value("document.querySelector('#gutter .lit').textContent"), "2");
    let reason = browser.value("document.getElementById('reason').textContent");
    assert!(reason.as_str().unwrap().contains("user.ini:2"), "{reason}");
    picture(&mut browser, "playground.png");
    browser.value("document.querySelector('[data-view=difference]').click()");
    let shown = browser.value("document.getElementById('document').textContent");
    assert!(shown.as_str().unwrap().contains("+labels.rule_text"), "{shown}");
}

fn choose_example(browser: &mut Browser, name: &str) {
    browser.value(&format!(
        "(() => {{ const list = document.getElementById('examples'); \
         list.value = [...list.options].find((option) => option.textContent === {}).value; \
         list.dispatchEvent(new Event('change')); }})()",
        json!(name)
    ));
}

#[test]
fn an_example_brings_its_section_and_leaves_a_user_ini_of_one_s_own_alone() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    for (name, section) in [("AWS WAF", "waf"), ("nginx", "nginx-access"), ("Apex One", "apex_one")] {
        choose_example(&mut browser, name);
        browser.wait_for(&format!("document.getElementById('section').value === '{section}'"));
        browser.wait_for("document.querySelectorAll('#events button').length > 0");
        assert_eq!(browser.value("document.querySelectorAll('#findings li').length"), 0, "{name}");
    }
    choose_example(&mut browser, "Firewall");
    browser.wait_for("document.getElementById('section').value === 'deepsecurity'");
    assert_eq!(browser.value("document.getElementById('config').value"), "");
    browser.type_into("#config", "[deepsecurity]\nlabels.own = cs1\n");
    choose_example(&mut browser, "nginx");
    browser.wait_for("document.getElementById('reason').textContent.includes('log_types')");
    assert_eq!(browser.value("document.getElementById('config').value.includes('labels.own')"), true);
}

#[test]
fn what_a_line_of_user_ini_fills_stands_first_and_stays_while_the_next_one_is_typed() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    with_line(&mut browser, LINE);
    browser.type_into("#config", "[deepsecurity]\nlabels.rule_text = cs1\n");
    browser.wait_for(&field("labels.rule_text"));
    let first = "document.querySelector('#document .field .name').textContent";
    assert_eq!(browser.value(first), "labels.rule_text");
    browser.type_into("#config", "half a line");
    browser.wait_for("document.querySelector('#findings .error')");
    assert_eq!(browser.value("document.body.classList.contains('stale')"), true);
    assert_eq!(browser.value(first), "labels.rule_text");
    let reason = browser.value("document.getElementById('reason').textContent");
    assert!(reason.as_str().unwrap().contains("line 3"), "{reason}");
}

#[test]
fn a_source_that_no_event_has_is_told_while_typing() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    with_line(&mut browser, LINE);
    browser.type_into("#config", "[deepsecurity]\nuser.name = suesr\n");
    browser.wait_for("document.querySelector('#findings .warning .take')");
    browser.value("document.querySelector('#findings .take').click()");
    browser.wait_for("document.getElementById('config').value.includes('= suser')");
}

#[test]
fn values_of_a_record_of_json_are_lit() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    choose_example(&mut browser, "AWS WAF");
    browser.wait_for("document.getElementById('section').value === 'waf'");
    browser.hover(&field("source.ip"));
    browser.wait_for("document.querySelector('#message .lit')?.textContent === '203.0.113.77'");
}

#[test]
fn the_bytes_of_the_event_light_their_fields() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    with_line(&mut browser, LINE);
    browser.hover("[...document.querySelectorAll('#message [data-fields]')].find((part) => part.textContent === '203.0.113.9')");
    browser.wait_for(&format!("{}.classList.contains('lit')", field("source.ip")));
    let unused = browser.value("document.querySelector('#message .unused') !== null");
    assert_eq!(unused, true);
}

#[test]
fn the_decoded_packet_lights_what_was_read_from_it() {
    let http =
        STANDARD.encode("GET /login HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n");
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    with_line(
        &mut browser,
        &format!("{LINE} TrendMicroDsPacketData={http}").replace("203.0.113.9", "10.0.0.9"),
    );
    browser.wait_for("!document.getElementById('packet-part').hidden");
    browser.hover(&field("source.ip"));
    browser.wait_for("document.querySelector('#packet .lit')?.textContent === '198.51.100.7'");
    picture(&mut browser, "playground-packet.png");
}

#[test]
fn the_keyboard_goes_from_field_to_field_with_the_light() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    with_line(&mut browser, LINE);
    browser.value(&format!("{}.focus()", field("source.ip")));
    browser.wait_for("document.querySelector('#message .lit')?.textContent === '203.0.113.9'");
    browser.press("ArrowDown");
    assert_ne!(browser.value("document.activeElement.querySelector('.name').textContent"), "source.ip");
    assert_eq!(browser.value("document.activeElement.classList.contains('lit')"), true);
}

#[test]
fn a_gzipped_file_can_be_dropped() {
    let mut gz = GzEncoder::new(Vec::new(), Compression::default());
    writeln!(gz, "{LINE}\n{LINE}").unwrap();
    let gz = STANDARD.encode(gz.finish().unwrap());
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    browser.value(&format!(
        "(() => {{ const bytes = Uint8Array.from(atob('{gz}'), (c) => c.charCodeAt(0)); const data = new DataTransfer(); \
         data.items.add(new File([bytes], 'lines.gz')); \
         document.getElementById('lines').dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }})); }})()"
    ));
    browser.wait_for("document.querySelectorAll('#events button').length === 2");
}

#[test]
fn what_is_saved_is_opened_again_as_it_was() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    with_line(&mut browser, LINE);
    browser.type_into("#config", "[deepsecurity]\nlabels.saved = cs1\n");
    browser.wait_for(&field("labels.saved"));
    browser.value("document.getElementById('save').click()");
    let saved = browser.folder.path().join("downloads/playground.json");
    wait_for_file(&saved);
    let again = Playground::start(&["--open", saved.to_str().unwrap()]);
    browser.open(&again.address);
    browser.wait_for(&field("labels.saved"));
    assert_eq!(browser.value("document.getElementById('lines').value"), LINE);
}

#[test]
fn masked_lines_are_shown_before_they_are_used() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    with_line(&mut browser, LINE);
    browser.value("document.getElementById('mask').click()");
    browser.wait_for("document.getElementById('preview').open");
    let masked = browser.value("document.getElementById('masked').textContent");
    assert!(!masked.as_str().unwrap().contains("203.0.113.9"), "{masked}");
    browser.value("document.getElementById('use-masked').click()");
    browser.wait_for("!document.getElementById('lines').value.includes('203.0.113.9')");
}

#[test]
fn a_hundred_lines_are_answered_within_a_keystroke() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    let lines = format!("{LINE}\n").repeat(100);
    browser.value(&format!("document.getElementById('lines').value = {}", json!(lines)));
    browser.type_into("#config", "[deepsecurity]\nlabels.text = cs1\n");
    browser.wait_for("document.querySelectorAll('#events button').length === 100");
    browser.wait_for(&field("labels.text"));
}

#[test]
fn nobody_but_the_page_gets_an_answer() {
    let playground = Playground::start(&[]);
    let authority = playground.authority();
    let path = playground.address.trim_start_matches("http://").trim_start_matches(authority);
    let get = |path: &str, host: &str, more: &str| {
        playground.ask(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n"))
    };
    assert!(get(path, authority, "").starts_with("HTTP/1.1 200"));
    assert!(get("/", authority, "").starts_with("HTTP/1.1 404"));
    assert!(get("/0123456789abcdef/", authority, "").starts_with("HTTP/1.1 404"));
    assert!(get(path, "rebound.example", "").starts_with("HTTP/1.1 403"));
    assert!(get(path, authority, "Origin: http://evil.example\r\n").starts_with("HTTP/1.1 403"));
    let page = get(path, authority, "");
    assert!(page.contains("content-security-policy: default-src 'none'"), "{page}");
    let form = format!(
        "POST {path}answer HTTP/1.1\r\nHost: {authority}\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    );
    assert!(playground.ask(&form).starts_with("HTTP/1.1 415"));
}

fn wait_for_file(path: &Path) {
    for _ in 0..500 {
        // Chromium renames a download when it is whole.
        if path.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{} was not saved", path.display());
}
