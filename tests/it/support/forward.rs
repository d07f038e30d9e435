//! A request that a scripted server has taken, passed on to the real node: what stands between can be anything then.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::services;
use crate::scripted::{Reply, Request};

/// Passes a request on, and gives the node's answer.
pub(crate) fn to_node(request: &Request) -> Reply {
    let address = services::opensearch().strip_prefix("http://").unwrap().trim_end_matches('/');
    let mut stream = TcpStream::connect(address).unwrap();
    let mut head =
        format!("{} {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n", request.method, request.target);
    for name in ["content-type", "content-encoding"] {
        if let Some(value) = request.header(name) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&request.body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let body = answer.split_off(end + 4);
    let head = String::from_utf8(answer).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply::Full(status, vec![("content-type", "application/json".into())], body)
}
