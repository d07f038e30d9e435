//! stub
use crate::object::LineNumber;
/// One document of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item { /// start
 pub start: usize, /// end
 pub end: usize, /// line
 pub line: LineNumber }
/// One bulk request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch { /// body
 pub body: Vec<u8>, /// items
 pub items: Vec<Item> }
