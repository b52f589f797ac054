//! A web server over a folder, with ETags, for tests that read sources by URL.

use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

/// Serves a folder on loopback until it is dropped.
pub struct FileServer {
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl FileServer {
    /// Serves `folder` on a free port.
    pub async fn start(folder: &Path) -> Self {
        Self::start_at(folder, "127.0.0.1:0").await
    }

    /// Serves `folder` at an address that recordings name.
    pub async fn start_at(folder: &Path, address: &str) -> Self {
        let listener =
            tokio::net::TcpListener::bind(address).await.unwrap_or_else(|e| panic!("cannot bind {address}: {e}"));
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(file).with_state(folder.to_path_buf());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, task }
    }

    /// `127.0.0.1:port`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The address of a file.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }
}

impl Drop for FileServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn file(State(folder): State<PathBuf>, uri: Uri, headers: HeaderMap) -> Response {
    let relative = Path::new(uri.path().trim_start_matches('/'));
    if relative.components().any(|part| !matches!(part, Component::Normal(_))) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(body) = tokio::fs::read(folder.join(relative)).await else { return StatusCode::NOT_FOUND.into_response() };
    let etag = format!(
        "\"{:x}-{}\"",
        body.len(),
        body.iter().map(|b| u64::from(*b)).fold(7, |a: u64, b| a.wrapping_mul(31).wrapping_add(b))
    );
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, etag)], body).into_response()
}
