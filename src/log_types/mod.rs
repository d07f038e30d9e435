//! What logs mean: a folder for each type of log that has more to say than a table can.

pub mod deepsecurity;
