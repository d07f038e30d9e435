//! user.ini: any text is refused with a reason that a terminal can show, or makes sections whose documents OpenSearch takes.

use es_loader::config::Config;
use es_loader::config::diagnostic::{File, Severity};
use es_loader::config::log_type::FileFormat;
use es_loader::map::compiled::CompiledSections;
use es_loader::read::record::decode;

use crate::support::strict::{Names, check_document_with};
use crate::support::{check, fluentd_line, load_bytes, packet_event};

pub(super) fn property(bytes: &[u8]) {
    let (text, _) = decode(bytes);
    let files = [File { name: "user.ini".to_owned(), text: text.into_owned() }];
    let findings = check(&files);
    for finding in &findings {
        let shown = finding.to_string().replace('\n', "");
        assert!(!shown.chars().any(char::is_control), "a terminal would obey {shown:?}");
        assert!(finding.position.line > 0 && finding.position.column > 0, "{shown}");
    }
    match Config::load(&files) {
        Err(errors) => {
            assert_eq!(errors, findings);
            assert!(errors.iter().any(|finding| finding.severity == Severity::Error), "{errors:?}");
        }
        Ok(config) => {
            assert_eq!(config.warnings, findings);
            if let Ok(plans) = CompiledSections::new(config) {
                use_all(&plans);
            }
        }
    }
}

fn use_all(plans: &CompiledSections) {
    let event = packet_event("10.0.3.77", b"GET / HTTP/1.1\r\nCookie: a=b\r\n\r\n");
    let lines = [fluentd_line(&event), event.into_bytes()].concat();
    for plan in plans.iter() {
        let names = match plan.log_type().file_format {
            FileFormat::Json | FileFormat::Cef | FileFormat::Leef => Names::Listed,
            FileFormat::Text(_) | FileFormat::Csv(_) => Names::OfLog,
        };
        for document in load_bytes(plan, &lines).documents {
            check_document_with(&document.json, plan.fields(), names);
        }
    }
}
