//! A witness that answers over HTTP (C2SP tlog-witness).

use crate::commands::harmless;
use crate::exit::{Failure, INTERRUPTED, Outcome, UNABLE};
use crate::world;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use journal::witness::{Answer, Error, MAX_REQUEST, Witness};
use std::error::Error as _;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// How long a client may take for the head of a request, and then for its body.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may last: whoever reads or writes slowly does not hold it longer.
const LONGEST: Duration = Duration::from_secs(60);
/// How many connections there are at a time; others wait.
const MAX_CONNECTIONS: usize = 128;
/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 16 * 1024;
/// How many requests are looked at on the disk at a time.
const MAX_LOOKING: usize = 8;
/// How long a witness that is told to end waits for those that it is answering.
const LAST: Duration = Duration::from_secs(15);

/// Which signal ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    Interrupted,
    Terminated,
}

/// Answers until a signal comes.
pub fn run(listen: SocketAddr, witness: Witness, out: &mut dyn Write) -> Outcome {
    let unable = |error: io::Error| {
        Failure::new(UNABLE, format!("cannot listen on {listen}: {error}"))
            .hint("--listen names another address; port 0 takes any that is free")
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(MAX_LOOKING)
        .build();
    let runtime = runtime.map_err(unable)?;
    let listener = runtime.block_on(TcpListener::bind(listen)).map_err(unable)?;
    let address = listener.local_addr().map_err(unable)?;
    writeln!(out, "witness {} {} http://{address}", witness.key().name(), witness.key())?;
    out.flush()?;
    match runtime.block_on(serve(listener, witness)).map_err(unable)? {
        Signal::Interrupted => Err(Failure::said(INTERRUPTED)),
        Signal::Terminated => Ok(()),
    }
}

async fn serve(listener: TcpListener, witness: Witness) -> io::Result<Signal> {
    let router = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{id}/checkpoint", get(checkpoint))
        .fallback(elsewhere)
        .method_not_allowed_fallback(otherwise)
        .with_state(Arc::new(witness));
    let service = TowerToHyperService::new(router);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(MAX_HEAD);
    let connections = GracefulShutdown::new();
    let free = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut ended = pin!(ended()?);
    let signal = loop {
        let next = async {
            let place = Arc::clone(&free).acquire_owned().await.expect("it is never closed");
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            next = next => next,
            signal = &mut ended => break signal,
        };
        let Ok((stream, _)) = accepted else {
            // Such as too many open files: some may be closed a moment later.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let connection = http.serve_connection(TokioIo::new(stream), service.clone());
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // What a client does wrong on its connection is its own affair.
            let _ = timeout(LONGEST, connection).await;
            drop(place);
        });
    };
    drop(listener);
    // Whoever is being answered gets the answer; if not in time, it is on the disk all the same.
    let _ = timeout(LAST, connections.shutdown()).await;
    Ok(signal)
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Body) -> Response {
    let body = match timeout(PATIENCE, to_bytes(body, MAX_REQUEST)).await {
        Err(_) => return told("add-checkpoint", StatusCode::REQUEST_TIMEOUT, "it came too slowly"),
        Ok(Err(_)) => {
            return told("add-checkpoint", StatusCode::PAYLOAD_TOO_LARGE, "it is too long");
        }
        Ok(Ok(body)) => body,
    };
    answer("add-checkpoint", move || witness.add_checkpoint(&body, now())).await
}

async fn checkpoint(State(witness): State<Arc<Witness>>, Path(id): Path<String>) -> Response {
    answer("checkpoint", move || witness.checkpoint(&id)).await
}

async fn elsewhere() -> Response {
    told("(elsewhere)", StatusCode::NOT_FOUND, "there is /add-checkpoint and /LOG-ID/checkpoint")
}

async fn otherwise(method: Method) -> Response {
    let why = if method == Method::GET { "it takes POST" } else { "another method belongs here" };
    told("(method)", StatusCode::METHOD_NOT_ALLOWED, why)
}

/// Looks at the disk where that holds up nobody, and tells the operator what came of it.
async fn answer(
    what: &'static str,
    look: impl FnOnce() -> Result<Answer, Error> + Send + 'static,
) -> Response {
    let unable = || {
        let why = "this witness cannot look at what it has cosigned";
        told(what, StatusCode::INTERNAL_SERVER_ERROR, why)
    };
    match tokio::task::spawn_blocking(look).await {
        Ok(Ok(answer)) => {
            say(what, &answer);
            let status = StatusCode::from_u16(answer.status).expect("a witness knows its statuses");
            (status, [(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response()
        }
        Ok(Err(error)) => {
            let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
            world::say(format_args!("error: {error}{source}"));
            unable()
        }
        // It panicked, and that was said.
        Err(_) => unable(),
    }
}

/// One line for each request, and more where a log is to be doubted.
fn say(what: &str, answer: &Answer) {
    let mut line = format!("{} {what}", answer.status);
    if let Some(about) = &answer.about {
        let _ = write!(line, " {} {}", about.origin, about.size);
    }
    if answer.status >= 400 {
        let why = String::from_utf8_lossy(&answer.body);
        let _ = write!(line, ": {}", harmless(why.trim_end()));
    }
    world::say(line);
    if let Some(doubt) = &answer.doubt {
        world::say(format_args!("warning: {doubt}"));
        match &doubt.kept {
            Some(path) => world::say(format_args!("place: {}", path.display())),
            None => world::say("place: not kept, as there are enough of them"),
        }
    }
}

fn told(what: &str, status: StatusCode, why: &str) -> Response {
    world::say(format_args!("{} {what}: {why}", status.as_u16()));
    (status, format!("{why}\n")).into_response()
}

/// Reads the clock, as cosignatures name it.
fn now() -> NonZeroU64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    // A clock before 1970 is wrong whatever it says, and 0 would mean that there is none.
    NonZeroU64::new(since.as_secs()).unwrap_or(NonZeroU64::MIN)
}

/// Waits for a signal to end; from now on none of them ends the program by itself.
#[cfg(unix)]
fn ended() -> io::Result<impl Future<Output = Signal>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Signal::Interrupted,
            _ = terminate.recv() => Signal::Terminated,
        }
    })
}

/// Waits for a signal to end.
#[cfg(not(unix))]
fn ended() -> io::Result<impl Future<Output = Signal>> {
    Ok(async {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupted,
            Err(_) => std::future::pending().await,
        }
    })
}
