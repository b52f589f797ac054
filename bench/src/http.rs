//! As little of an HTTP client as a load generator needs, so that what is measured is the server.

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host).await.with_context(|| format!("cannot connect to {host}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 1 << 16] })
    }

    /// Sends a ready request and reads the answer; status and body length.
    pub async fn call(&mut self, request: &[u8]) -> Result<(u16, usize)> {
        let (status, body) = self.exchange(request, false).await?;
        Ok((status, body.1))
    }

    /// The same, with the body.
    pub async fn fetch(&mut self, request: &[u8]) -> Result<(u16, Vec<u8>)> {
        let (status, body) = self.exchange(request, true).await?;
        Ok((status, body.0))
    }

    async fn exchange(&mut self, request: &[u8], keep: bool) -> Result<(u16, (Vec<u8>, usize))> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let head = loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            if read == 0 {
                bail!("the server closed the connection");
            }
            filled += read;
            if let Some(at) = self.buffer[..filled].windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head])?.to_ascii_lowercase();
        let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).context("no status")?;
        let length: usize = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|value| value.trim().parse().ok())
            .with_context(|| format!("an answer without content-length:\n{text}"))?;
        let mut body = if keep { self.buffer[head..filled].to_vec() } else { Vec::new() };
        let mut got = filled - head;
        while got < length {
            let read = self.stream.read(&mut self.buffer).await?;
            if read == 0 {
                bail!("the body was cut");
            }
            if keep {
                body.extend_from_slice(&self.buffer[..read]);
            }
            got += read;
        }
        Ok((status, (body, length)))
    }
}

/// A request ready to send.
pub fn request(method: &str, host: &str, path: &str, body: Option<&str>) -> Vec<u8> {
    let token = crate::portal::TOKEN;
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n");
    if let Some(body) = body {
        text += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    }
    text += "\r\n";
    text += body.unwrap_or_default();
    text.into_bytes()
}
