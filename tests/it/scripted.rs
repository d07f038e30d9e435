//! An HTTP server on a local port that answers by script, faults included: what no real server does on demand.

use std::future::Future;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// As it went over the wire.
    pub(crate) body: Vec<u8>,
    /// How many requests were under way when it came, itself included.
    pub(crate) at_once: usize,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body's text, decompressed.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        match self.header("content-encoding") {
            Some("gzip") => {
                flate2::read::GzDecoder::new(&self.body[..]).read_to_string(&mut text).map(drop).unwrap()
            }
            None => text.push_str(std::str::from_utf8(&self.body).unwrap()),
            Some(other) => panic!("content-encoding {other}"),
        }
        text
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// An answer of this status, with further headers, and a body.
    Full(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// The head and half of the body, then nothing more.
    Half(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// The same, and the connection stays.
    Stall(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// The connection is closed without a word.
    Cut,
    /// No answer, and the connection stays.
    Silence,
    /// The reply, after a pause.
    Late(Duration, Box<Reply>),
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl Into<String>) -> Self {
        Reply::Full(status, vec![("content-type", "application/json".into())], body.into().into_bytes())
    }
}

/// A running server; it ends with the runtime.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// Starts a server whose answers `script` gives, but for the bulk request without a body that each client begins with: it is refused,
/// as a cluster does.
pub(crate) async fn serve(script: impl FnMut(&Request) -> Reply + Send + 'static) -> Server {
    listen(Some(Reply::json(400, r#"{"error":"request body is required","status":400}"#)), script).await
}

/// Starts a server whose answers `script` gives, to all requests.
pub(crate) async fn serve_all(script: impl FnMut(&Request) -> Reply + Send + 'static) -> Server {
    listen(None, script).await
}

async fn listen(
    without_body: Option<Reply>,
    script: impl FnMut(&Request) -> Reply + Send + 'static,
) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (script, now) = (Arc::new(Mutex::new(script)), Arc::new(AtomicUsize::new(0)));
    let server = Server { url, requests: requests.clone() };
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            let (requests, script, now) = (requests.clone(), script.clone(), now.clone());
            let without_body = without_body.clone();
            tokio::spawn(async move {
                while let Some(mut request) = read(&mut stream).await {
                    let asks_without_body = request.method == "POST"
                        && request.target.ends_with("/_bulk")
                        && request.body.is_empty();
                    if let Some(reply) = without_body.clone().filter(|_| asks_without_body) {
                        if !write(&mut stream, reply).await {
                            return;
                        }
                        continue;
                    }
                    request.at_once = now.fetch_add(1, SeqCst) + 1;
                    requests.lock().unwrap().push(request.clone());
                    let mut reply = script.lock().unwrap()(&request);
                    if let Reply::Late(pause, late) = reply {
                        tokio::time::sleep(pause).await;
                        reply = *late;
                    }
                    now.fetch_sub(1, SeqCst);
                    if !write(&mut stream, reply).await {
                        return;
                    }
                }
            });
        }
    });
    server
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let mut first = lines.next()?.split(' ').map(str::to_owned);
    let headers: Vec<_> = lines
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut request =
        Request { method: first.next()?, target: first.next()?, headers, body: Vec::new(), at_once: 0 };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    request.body = bytes.split_off(head + 4);
    while request.body.len() < length {
        if stream.read_buf(&mut request.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(request)
}

/// Whether the connection goes on.
async fn write(stream: &mut TcpStream, reply: Reply) -> bool {
    let (status, headers, body, part) = match reply {
        Reply::Full(status, headers, body) => (status, headers, body.clone(), body.len()),
        Reply::Half(status, headers, body) => (status, headers, body.clone(), body.len() / 2),
        Reply::Stall(status, headers, body) => {
            let sent = Box::pin(write(stream, Reply::Half(status, headers, body))).await;
            assert!(!sent, "a body of one byte at least");
            return std::future::pending().await;
        }
        Reply::Cut => return false,
        Reply::Silence | Reply::Late(..) => return std::future::pending().await,
    };
    let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    head.push_str("\r\n");
    let bytes = [head.as_bytes(), &body[..part]].concat();
    stream.write_all(&bytes).await.is_ok() && stream.flush().await.is_ok() && part == body.len()
}

/// Runs a test as the binaries run: on one thread.
pub(crate) fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}
