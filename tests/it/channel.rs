//! Bytes from an async task, read by a thread that blocks.

use std::io::{self, Read};

use es_loader::edge::aws::channel::ChannelReader;
use tokio::sync::mpsc;

fn reader(pieces: Vec<io::Result<&'static [u8]>>) -> ChannelReader<&'static [u8]> {
    let (sender, receiver) = mpsc::channel(pieces.len().max(1));
    pieces.into_iter().for_each(|piece| sender.try_send(piece).unwrap());
    ChannelReader::new(receiver)
}

#[test]
fn pieces_are_read_as_one_text_whatever_their_sizes() {
    let mut text = String::new();
    reader(vec![Ok(b"ab"), Ok(b""), Ok(b"cdefg"), Ok(b"h")]).read_to_string(&mut text).unwrap();
    assert_eq!(text, "abcdefgh");
}

#[test]
fn a_piece_larger_than_the_buffer_is_read_in_parts() {
    let mut reader = reader(vec![Ok(b"abcde"), Ok(b"f")]);
    let mut parts = Vec::new();
    let mut buffer = [0; 2];
    loop {
        match reader.read(&mut buffer).unwrap() {
            0 => break,
            n => parts.push(String::from_utf8(buffer[..n].to_vec()).unwrap()),
        }
    }
    assert_eq!(parts, ["ab", "cd", "e", "f"]);
}

#[test]
fn an_error_comes_behind_the_bytes_before_it() {
    let mut reader = reader(vec![Ok(b"abc"), Err(io::Error::other("network is down"))]);
    let mut bytes = Vec::new();
    let error = reader.read_to_end(&mut bytes).unwrap_err();
    assert_eq!((bytes.as_slice(), error.to_string().as_str()), (b"abc".as_slice(), "network is down"));
}
