//! throwaway
fn main() {
    use std::ops::ControlFlow;
    let path = std::env::args().nth(1).unwrap_or_default();
    let config = es_loader::config::Config::load(&[]).unwrap_or_default();
    let plans = match es_loader::plan::Plans::new(config) {
        Ok(p) => p,
        Err(_) => return,
    };
    let Some(plan) = plans.iter().next() else { return };
    let Ok(file) = std::fs::File::open(&path) else { return };
    let now = jiff::Timestamp::UNIX_EPOCH;
    let facts = es_loader::document::ObjectFacts {
        bucket: None,
        key: path.clone(),
        region: None,
        account: None,
        around: es_loader::time::Surroundings {
            key: None,
            object: Some(now),
            load: now,
            default_offset: None,
        },
    };
    let account = es_loader::load::load(file, plan, facts, &es_loader::load::Limits::default(), &mut |_| {
        ControlFlow::Continue(())
    });
    eprintln!("{} {}", account.documents, account.bulk_bytes);
}
