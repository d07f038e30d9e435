//! What the tests on real parts share: the parts themselves, started once, and what each test has for itself on them.
//!
//! Nothing here is a mock. A part that cannot be had makes a test fail, with the reason and the way out.

pub(crate) mod services;
pub(crate) mod node;
pub(crate) mod forward;
pub(crate) mod site;
pub(crate) mod story;
pub(crate) mod panel;
pub(crate) mod refused;
pub(crate) mod program;
pub(crate) mod chain;
pub(crate) mod storage;
pub(crate) mod lambda;
pub(crate) mod interface;
pub(crate) mod tls;
