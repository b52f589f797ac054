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
        let answer = self.exchange(request, false).await?;
        Ok((answer.status, answer.length))
    }

    /// The same, with everything that was answered.
    pub async fn fetch(&mut self, request: &[u8]) -> Result<Answer> {
        self.exchange(request, true).await
    }

    async fn exchange(&mut self, request: &[u8], keep: bool) -> Result<Answer> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let end = loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            if read == 0 {
                bail!("the server closed the connection");
            }
            filled += read;
            if let Some(at) = self.buffer[..filled].windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let head = std::str::from_utf8(&self.buffer[..end])?;
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).context("no status")?;
        let length: usize = header(head, "content-length")
            .and_then(|value| value.parse().ok())
            .with_context(|| format!("an answer without content-length:\n{head}"))?;
        let head = if keep { head.to_owned() } else { String::new() };
        let mut body = if keep { self.buffer[end..filled].to_vec() } else { Vec::new() };
        let mut got = filled - end;
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
        Ok(Answer { status, head, length, body })
    }
}

/// What a server answered; head and body only where they were asked for.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub length: usize,
    pub body: Vec<u8>,
}

/// The value of a header in the text of a head.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value.trim()))
}

/// A request of the API, ready to send; a body is JSON.
pub fn request(method: &str, host: &str, path: &str, body: Option<&str>) -> Vec<u8> {
    let authorization = format!("authorization: Bearer {}\r\n", crate::portal::TOKEN);
    raw(method, host, path, &authorization, body.map(|body| ("application/json", body)))
}

/// A request with any headers, each a line with its end, and a body with its type.
pub fn raw(method: &str, host: &str, path: &str, headers: &str, body: Option<(&str, &str)>) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n{headers}");
    if let Some((kind, body)) = body {
        text += &format!("content-type: {kind}\r\ncontent-length: {}\r\n", body.len());
    }
    text += "\r\n";
    text += body.map_or("", |(_, body)| body);
    text.into_bytes()
}
