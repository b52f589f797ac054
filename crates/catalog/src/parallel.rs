//! Work on many things at once, beside the asynchronous threads.

/// Fewer are not worth another thread.
const LEAST: usize = 64;

/// Divides items among all processors and answers what became of each part, in order.
pub async fn map_parts<T: Send + 'static, R: Send + Default + 'static>(items: Vec<T>, work: fn(Vec<T>) -> R) -> Vec<R> {
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    let size = items.len().div_ceil(processors).max(LEAST);
    let mut items = items.into_iter();
    let mut parts = Vec::new();
    while items.len() > 0 {
        let part: Vec<T> = items.by_ref().take(size).collect();
        parts.push(tokio::task::spawn_blocking(move || work(part)));
    }
    let mut results = Vec::with_capacity(parts.len());
    for part in parts {
        // It fails only together with everything else.
        results.push(part.await.unwrap_or_default());
    }
    results
}
