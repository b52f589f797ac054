//! A load of many connections that each send the next request when the last was answered.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::http::Connection;

/// What a load measured.
pub struct Measured {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
    /// Bytes of one answer.
    pub bytes: usize,
}

/// Sends the requests in turn over `connections` connections for `length`.
pub async fn measure(host: &str, requests: &[Vec<u8>], connections: usize, length: Duration) -> Result<Measured> {
    let mut warm = Connection::open(host).await?;
    let mut bytes = 0;
    for request in requests.iter().take(50) {
        let (status, length) = warm.call(request).await?;
        ensure!(
            status == 200,
            "{} was answered with {status}",
            String::from_utf8_lossy(request).lines().next().unwrap_or("")
        );
        bytes = bytes.max(length);
    }
    let start = Instant::now();
    let mut tasks = Vec::new();
    for number in 0..connections {
        let (host, requests) = (host.to_owned(), requests.to_vec());
        tasks.push(tokio::spawn(async move {
            let mut connection = Connection::open(&host).await?;
            let mut latencies = Vec::new();
            let mut next = number * 7;
            while start.elapsed() < length {
                let sent = Instant::now();
                connection.call(&requests[next % requests.len()]).await?;
                latencies.push(sent.elapsed());
                next += 1;
            }
            anyhow::Ok(latencies)
        }));
    }
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    let elapsed = start.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    Ok(Measured { per_second: latencies.len() as f64 / elapsed, p50: at(0.5), p99: at(0.99), bytes })
}
