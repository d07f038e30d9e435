//! What Deep Security's keys, modules, actions and codes mean.

pub(crate) mod actions;
pub(crate) mod codes;
pub(crate) mod fields;
pub(crate) mod keys;
pub(crate) mod modules;
