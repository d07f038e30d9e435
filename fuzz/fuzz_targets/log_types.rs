#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| es_loader_fuzz::check("log_types", bytes));
