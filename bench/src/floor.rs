//! The floor: a ready body from a server of the same make (axum on hyper) that does nothing else.

use anyhow::Result;
use axum::Router;
use axum::http::header::CONTENT_TYPE;

/// Serves until killed; prints its address.
pub async fn serve(bytes: usize) -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let body = axum::body::Bytes::from("x".repeat(bytes));
    let router = Router::new().fallback(move || async move { ([(CONTENT_TYPE, "application/json")], body) });
    axum::serve(listener, router).await?;
    Ok(())
}
