//! What the page says of one's own lines of user.ini, and of what it cannot take.

use serde_json::json;

use super::browser::Browser;
use super::{LINE, Playground, field, with_line};

fn set(browser: &mut Browser, id: &str, text: &str) {
    browser.value(&format!(
        "(() => {{ const at = document.getElementById('{id}'); at.value = {}; at.dispatchEvent(new Event('input')); }})()",
        json!(text)
    ));
}

/// Drops a file whose text an expression gives.
fn drop_file(browser: &mut Browser, name: &str, text: &str) {
    browser.value(&format!(
        "(() => {{ const data = new DataTransfer(); data.items.add(new File([{text}], '{name}')); \
         document.getElementById('lines').dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }})); }})()"
    ));
}

fn wait_for_text(browser: &mut Browser, id: &str, text: &str) {
    browser.wait_for(&format!("document.getElementById('{id}').textContent.includes({})", json!(text)));
}

#[test]
fn a_line_of_user_ini_says_in_how_many_documents_it_filled_its_field() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    let other = LINE.replace("cs1=", "cs6=");
    set(&mut browser, "lines", &format!("{LINE}\n{other}\n{other}\n{LINE} own=x\n"));
    // Another rule fills source.ip: that is not the line's doing.
    set(
        &mut browser,
        "config",
        "[deepsecurity]\nlabels.text = cs1\nlabels.own = own\ndeepsecurity.mine = own\nsource.ip = cs5\n",
    );
    for own in [
        "labels.text (line 2) filled in 2 of 4",
        "labels.own (line 3) filled in 1 of 4",
        "deepsecurity.mine (line 4) filled in 1 of 4",
    ] {
        wait_for_text(&mut browser, "coverage", own);
    }
    wait_for_text(&mut browser, "coverage", "your lines that filled nothing: source.ip (line 5)");
    assert_eq!(browser.value("document.querySelector('#gutter .unmatched').textContent"), "5");
    browser.hover(&field("labels.text"));
    wait_for_text(&mut browser, "reason", "filled in 2 of 4 documents");
}

#[test]
fn a_key_that_a_line_of_user_ini_takes_says_from_which_field_it_has_moved() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    with_line(&mut browser, &format!("{LINE} foo=alice bar=17"));
    set(&mut browser, "config", "[deepsecurity]\nuser.name = foo\nlabels.bar = bar\nlabels.text = cs1\n");
    let note = |name: &str| format!("({})?.querySelector('.note')?.textContent", field(name));
    for (name, from) in [("user.name", "foo"), ("labels.bar", "bar")] {
        browser.wait_for(&format!("{} === 'moved from deepsecurity.extra.{from}'", note(name)));
    }
    // cs1 stands in its own field as before.
    assert!(browser.value(&note("labels.text")).is_null());
    browser.hover(&field("user.name"));
    wait_for_text(&mut browser, "reason", "moved from deepsecurity.extra.foo");
    browser.value("document.querySelector('[data-view=difference]').click()");
    wait_for_text(&mut browser, "document", "moved from deepsecurity.extra.foo");
}

#[test]
fn the_light_stays_at_its_field_while_user_ini_is_typed() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    with_line(&mut browser, LINE);
    browser.hover(&field("source.ip"));
    wait_for_text(&mut browser, "reason", "source.ip: ");
    browser.type_into("#config", "[deepsecurity]\nlabels.text = cs1\n");
    // The new field stands above it.
    browser.wait_for(&field("labels.text"));
    assert_eq!(
        browser
            .value("[...document.querySelectorAll('#message .lit')].map((part) => part.textContent).join()"),
        "203.0.113.9"
    );
    assert_eq!(browser.value(&format!("{}.classList.contains('lit')", field("source.ip"))), true);
    wait_for_text(&mut browser, "reason", "source.ip: ");
}

#[test]
fn another_event_is_shown_where_it_is_chosen_even_while_user_ini_has_an_error() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    set(&mut browser, "config", "[deepsecurity]\nlabels.text = cs1\n");
    let lines = [7, 8, 9].map(|last| LINE.replace("203.0.113.9", &format!("203.0.113.{last}")));
    set(&mut browser, "lines", &lines.join("\n"));
    browser.wait_for("document.querySelectorAll('#events button').length === 3");
    let source = format!("({})?.querySelector('.value').textContent", field("source.ip"));
    let choose = |browser: &mut Browser, number: u8| {
        let button = format!("document.querySelectorAll('#events button')[{number}]");
        browser.value(&format!("{button}.focus(), {button}.click()"));
        browser.wait_for(&format!("{source} === '203.0.113.{}'", 7 + number));
        // The keyboard stays where it is.
        browser.wait_for(&format!("document.activeElement === {button}"));
        browser.wait_for(&format!("{button}.getAttribute('aria-current') === 'true'"));
    };
    choose(&mut browser, 2);
    choose(&mut browser, 1);
    set(&mut browser, "config", "[deepsecurity]\nlabels.text = cs1\nhalf a line");
    browser.wait_for("document.querySelector('#findings .error')");
    choose(&mut browser, 0);
    choose(&mut browser, 2);
    browser.wait_for(&field("labels.text"));
    wait_for_text(&mut browser, "reason", "line 3");
    // Where there are fewer lines, the last one is shown.
    set(&mut browser, "config", "");
    set(&mut browser, "lines", &lines[..2].join("\n"));
    browser.wait_for(&format!("{source} === '203.0.113.8'"));
}

#[test]
fn an_empty_editor_shows_how_its_first_lines_look_in_the_chosen_section() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    let placeholder = "document.getElementById('config').placeholder";
    assert_eq!(browser.value(placeholder), "[deepsecurity]\nlabels.rule_text = cs1");
    set(&mut browser, "config", "[DEFAULT]\nlog_types = waf\n[deepsecurity]\n");
    browser.wait_for("document.getElementById('section').options.length > 1");
    browser.value("(() => { const at = document.getElementById('section'); at.value = 'waf'; at.dispatchEvent(new Event('change')); })()");
    browser.wait_for(&format!("{placeholder}.startsWith('[waf]')"));
    // What it shows is right as it stands.
    set(&mut browser, "config", "[deepsecurity]\nlabels.rule_text = cs1");
    with_line(&mut browser, LINE);
    browser.wait_for(&field("labels.rule_text"));
    assert_eq!(browser.value("document.querySelectorAll('#findings li').length"), 0);
}

#[test]
fn a_long_value_ends_in_dots_and_is_whole_where_it_is_clicked() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    with_line(&mut browser, &format!("{LINE} msg={}", "word ".repeat(200)));
    let message = format!("({}).querySelector('.value')", field("@message"));
    let is_cut = format!("{message}.scrollHeight > {message}.clientHeight + 2");
    browser.wait_for(&is_cut);
    assert_eq!(browser.value(&format!("getComputedStyle({message}).webkitLineClamp")), "4");
    browser.value(&format!("({}).focus()", field("@message")));
    browser.wait_for(&format!("!({is_cut})"));
}

#[test]
fn a_share_that_is_damaged_is_told_and_leaves_the_page_as_it_was() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    with_line(&mut browser, LINE);
    for (text, why) in [
        (r#"'{\n "es_loader_playground": 1,\n "lines": "CEF:0'"#, "cannot be read"),
        (r#"'{"es_loader_playground":1}'"#, "it lacks its lines"),
        (r#"'{"es_loader_playground":9,"lines":"","config":""}'"#, "a later version"),
    ] {
        drop_file(&mut browser, "saved.json", text);
        wait_for_text(&mut browser, "reason", why);
        assert_eq!(browser.value("document.getElementById('lines').value"), LINE);
    }
}

#[test]
fn files_that_are_too_long_are_cut_at_a_line_or_refused_and_told() {
    let playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    drop_file(&mut browser, "many.log", &format!("({} + '\\n').repeat(100000)", json!(LINE)));
    wait_for_text(&mut browser, "lines-note", "Of many.log only the first 4 MiB are here.");
    browser.wait_for("document.querySelectorAll('#events button').length === 1000");
    assert_eq!(browser.value("document.getElementById('lines').value.endsWith('CVE-2007-5355\\n')"), true);
    with_line(&mut browser, LINE);
    drop_file(&mut browser, "user.ini", "'# a comment\\n'.repeat(400000)");
    wait_for_text(&mut browser, "reason", "user.ini cannot be read: a user.ini has at most 256 KiB");
    assert_eq!(browser.value("document.getElementById('config').value"), "");
    set(&mut browser, "config", &"labels.a = cs1\n".repeat(20_000));
    wait_for_text(&mut browser, "reason", "user.ini is longer than 256 KiB");
    // Bytes that are no text are lines that nobody understands, and no harm.
    set(&mut browser, "config", "");
    drop_file(&mut browser, "x.bin", "new Uint8Array(3000).map((_, at) => at * 7)");
    browser.wait_for("document.querySelector('#events')?.textContent.includes('not understood')");
}

#[test]
fn a_loader_that_has_gone_is_told() {
    let mut playground = Playground::start(&[]);
    let mut browser = Browser::start();
    browser.open(&playground.address);
    playground.process.kill().unwrap();
    set(&mut browser, "config", "[deepsecurity]\n");
    wait_for_text(&mut browser, "reason", "The loader does not answer");
}
