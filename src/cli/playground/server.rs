//! The HTTP server of the page: a handful of paths under the token, each with the same headers.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;

use super::answer::{self, MAX_CONFIG_BYTES, MAX_LINES_BYTES, Question};
use super::examples;
use super::guard::Guard;
use super::mask;
use super::session::Session;
use crate::document::problem::Problem;

/// The page may load and ask nothing but what this server has.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

const PAGE: [(&str, &str, &str); 5] = [
    ("/", "text/html; charset=utf-8", include_str!("page/index.html")),
    ("/page.css", "text/css; charset=utf-8", include_str!("page/page.css")),
    ("/page.js", "text/javascript; charset=utf-8", include_str!("page/page.js")),
    ("/editor.js", "text/javascript; charset=utf-8", include_str!("page/editor.js")),
    ("/light.js", "text/javascript; charset=utf-8", include_str!("page/light.js")),
];

/// Answers requests until the process ends or is interrupted.
pub(super) async fn serve(listener: TcpListener, guard: Guard, session: Session) -> std::io::Result<()> {
    let app = router(guard, session);
    axum::serve(listener, app).with_graceful_shutdown(interrupted()).await
}

async fn interrupted() {
    // Without a handler for it, Ctrl-C ends the process by itself.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn router(guard: Guard, session: Session) -> Router {
    let root = guard.path();
    let at = |path: &str| format!("{root}{path}");
    let problems = Problem::ALL.iter().map(|problem| (problem.name(), problem.meaning())).collect();
    let beginning = Beginning { session, examples: examples::ALL, problems };
    let mut router = Router::new()
        .route(&at("/begin"), get(move || async move { Json(beginning) }))
        .route(&at("/answer"), post(|body: Bytes| work(body, |question| answer::answer(&question))))
        .route(
            &at("/mask"),
            post(|body: Bytes| work(body, |question| PlainText { text: mask::masked(&question) })),
        );
    for (path, kind, text) in PAGE {
        router = router.route(&at(path), get(move || async move { ([(CONTENT_TYPE, kind)], text) }));
    }
    // JSON may write one character as six.
    let body = DefaultBodyLimit::max(6 * (MAX_LINES_BYTES + MAX_CONFIG_BYTES) + 1024);
    router.layer(body).layer(middleware::from_fn_with_state(Arc::new(guard), guarded))
}

#[derive(Clone, Serialize)]
struct Beginning {
    session: Session,
    examples: &'static [examples::Example],
    /// What each kind of oddness means, by its name.
    problems: BTreeMap<&'static str, &'static str>,
}

#[derive(Serialize)]
struct PlainText {
    text: String,
}

/// Lets through what the guard admits, and gives every response the same headers.
async fn guarded(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let is_json = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let mut response = if !guard.admits(request.headers()) {
        (StatusCode::FORBIDDEN, "not from the page of this playground\n").into_response()
    } else if request.method() == "POST" && !is_json {
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, "JSON is expected\n").into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Works on a question in a thread of its own, so that the server stays awake.
async fn work<A>(body: Bytes, respond: impl FnOnce(Question) -> A + Send + 'static) -> Response
where
    A: Serialize + Send + 'static,
{
    let question = match serde_json::from_slice::<Question>(&body) {
        Ok(question) => question,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    };
    for (what, text, most) in [
        ("the log lines are", &question.lines, MAX_LINES_BYTES),
        ("user.ini is", &question.config, MAX_CONFIG_BYTES),
    ] {
        if text.len() > most {
            let text = format!("{what} longer than {} KiB: leave out what does not matter\n", most >> 10);
            return (StatusCode::PAYLOAD_TOO_LARGE, text).into_response();
        }
    }
    match tokio::task::spawn_blocking(move || respond(question)).await {
        Ok(answer) => Json(answer).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "the lines could not be read\n").into_response(),
    }
}
