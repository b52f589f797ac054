//! A line between a program and a server that can be cut.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Open,
    /// Connections end, and new ones are refused.
    Down,
    /// Nothing gets through any more, and nobody is told.
    Silent,
}

/// Passes on what is sent to it.
pub struct Wire {
    address: SocketAddr,
    line: watch::Sender<Line>,
}

impl Wire {
    /// To a server.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (line, seen) = watch::channel(Line::Open);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let seen = seen.clone();
                let line = *seen.borrow();
                match line {
                    Line::Open => {
                        let far = TcpStream::connect(server).await.unwrap();
                        tokio::spawn(pass_on(near, far, seen));
                    }
                    Line::Down => {}
                    Line::Silent => {
                        tokio::spawn(stay_silent(near));
                    }
                }
            }
        });
        Self { address, line }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on the line is like this. A connection that was made while it was another way stays as it was cut.
    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn pass_on(mut near: TcpStream, mut far: TcpStream, mut seen: watch::Receiver<Line>) {
    let (mut there, mut back) = ([0; 8192], [0; 8192]);
    loop {
        tokio::select! {
            _ = seen.changed() => match *seen.borrow_and_update() {
                Line::Open => {}
                Line::Down => return,
                Line::Silent => break,
            },
            read = near.read(&mut there) => match read {
                Ok(read) if read > 0 && far.write_all(&there[..read]).await.is_ok() => {}
                _ => return,
            },
            read = far.read(&mut back) => match read {
                Ok(read) if read > 0 && near.write_all(&back[..read]).await.is_ok() => {}
                _ => return,
            },
        }
    }
    stay_silent((near, far)).await;
}

/// Connections stay open, and nothing is read from them, until the test ends.
async fn stay_silent<T>(_connections: T) {
    std::future::pending::<()>().await;
}
