//! `GET /static/docs/…`: the files of a site. What a browser would run is sent as text: a site is written by many, and it is
//! the reader's page that shows it, cleaned.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{file, reference};
use crate::error::ApiError;
use crate::extract::{Scope, Segments};
use crate::respond::is_known;
use crate::state::ApiState;

/// Parts of extensions, and types, that may run or be read as markup (contract techdocs.md section 6).
const ACTIVE: &[&str] =
    &["htm", "xml", "svg", "appcache", "manifest", "mathml", "owl", "rdf", "rng", "vtt", "xht", "xsd", "xsl"];

const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    Segments((namespace, kind, name, path)): Segments<(String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let triplet = (namespace, kind, name);
    let entity_ref = reference(&triplet);
    let hidden = || ApiError::NotFound(format!("Entity not found for {entity_ref}"));
    let entity = super::entity(&state, &scope, &triplet).await?.ok_or_else(hidden)?;
    let content_type = content_type(&path);
    let Some(found) = file(&state, entity, triplet, path).await? else {
        return Ok((StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, PLAIN)], "File Not Found").into_response());
    };
    let length = found.bytes.len() as u64;
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let part = range.map_or(Part::Whole, |range| part(range, length));
    let (etag, modified, mut body) = (found.etag, found.modified, found.bytes);
    if let Part::Some(from, to) = part {
        body = body[from as usize..=to as usize].to_vec();
    }
    let quoted = format!("\"{etag}\"");
    let mut response = match part {
        _ if is_known(headers.get_all(header::IF_NONE_MATCH), &quoted) => StatusCode::NOT_MODIFIED.into_response(),
        Part::Whole => body.into_response(),
        Part::Some(from, to) => {
            let range = [(header::CONTENT_RANGE, format!("bytes {from}-{to}/{length}"))];
            (StatusCode::PARTIAL_CONTENT, range, body).into_response()
        }
        Part::None => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
        }
    };
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, content_type);
    set.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    // Hexadecimal and a date, which headers can hold.
    let modified = modified.map(http_date);
    for (name, value) in [(header::ETAG, Some(quoted)), (header::LAST_MODIFIED, modified)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            set.insert(name, value);
        }
    }
    Ok(response)
}

/// What of a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// From one byte to another, both included.
    Some(u64, u64),
    /// Nothing that is there.
    None,
}

/// One range of bytes; anything else asks for the whole file.
fn part(range: &str, length: u64) -> Part {
    let Some((from, to)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let last = length.saturating_sub(1);
    match (from.trim().parse::<u64>(), to.trim().parse::<u64>()) {
        _ if range.contains(',') => Part::Whole,
        (Ok(from), _) if from > last || length == 0 => Part::None,
        (Ok(from), Ok(to)) if to < from => Part::Whole,
        (Ok(from), Ok(to)) => Part::Some(from, to.min(last)),
        (Ok(from), Err(_)) if to.trim().is_empty() => Part::Some(from, last),
        (Err(_), Ok(0)) => Part::None,
        (Err(_), Ok(count)) if from.trim().is_empty() && length > 0 => Part::Some(length.saturating_sub(count), last),
        _ => Part::Whole,
    }
}

fn content_type(path: &str) -> HeaderValue {
    let extension = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_lowercase());
    let Some(extension) = extension.filter(|extension| ACTIVE.iter().all(|active| !extension.contains(active))) else {
        return PLAIN;
    };
    match extension.as_str() {
        "css" => HeaderValue::from_static("text/css; charset=utf-8"),
        "js" | "mjs" => HeaderValue::from_static("text/javascript; charset=utf-8"),
        "json" | "map" => HeaderValue::from_static("application/json; charset=utf-8"),
        "md" => HeaderValue::from_static("text/markdown; charset=utf-8"),
        "csv" => HeaderValue::from_static("text/csv; charset=utf-8"),
        "png" => HeaderValue::from_static("image/png"),
        "jpg" | "jpeg" => HeaderValue::from_static("image/jpeg"),
        "gif" => HeaderValue::from_static("image/gif"),
        "webp" => HeaderValue::from_static("image/webp"),
        "avif" => HeaderValue::from_static("image/avif"),
        "ico" => HeaderValue::from_static("image/vnd.microsoft.icon"),
        "woff" => HeaderValue::from_static("font/woff"),
        "woff2" => HeaderValue::from_static("font/woff2"),
        "ttf" => HeaderValue::from_static("font/ttf"),
        "pdf" => HeaderValue::from_static("application/pdf"),
        "zip" => HeaderValue::from_static("application/zip"),
        "gz" => HeaderValue::from_static("application/gzip"),
        "mp4" => HeaderValue::from_static("video/mp4"),
        "webm" => HeaderValue::from_static("video/webm"),
        "mp3" => HeaderValue::from_static("audio/mpeg"),
        _ => PLAIN,
    }
}

fn http_date(seconds: u64) -> String {
    let format = time::macros::format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let at = i64::try_from(seconds).ok().and_then(|seconds| time::OffsetDateTime::from_unix_timestamp(seconds).ok());
    at.and_then(|at| at.format(format).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_run_is_sent_as_text() {
        for path in [
            "index.html",
            "a.HTM",
            "x.svg",
            "x.svgz",
            "sitemap.xml",
            "a.xhtml",
            "m.manifest",
            "none",
            "x.unknown",
            "a/b.c/d",
        ] {
            assert_eq!(content_type(path), PLAIN, "{path}");
        }
        for (path, expected) in [
            ("assets/main.0123abcd.min.css", "text/css; charset=utf-8"),
            ("search/search_index.json", "application/json; charset=utf-8"),
            ("a.PNG", "image/png"),
        ] {
            assert_eq!(content_type(path), expected, "{path}");
        }
    }

    #[test]
    fn a_range_is_one_part_of_what_is_there() {
        for (range, expected) in [
            ("bytes=0-4", Part::Some(0, 4)),
            ("bytes=5-", Part::Some(5, 9)),
            ("bytes=-3", Part::Some(7, 9)),
            ("bytes=-30", Part::Some(0, 9)),
            ("bytes=8-99", Part::Some(8, 9)),
            ("bytes=10-", Part::None),
            ("bytes=-0", Part::None),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=a-b", Part::Whole),
        ] {
            assert_eq!(part(range, 10), expected, "{range}");
        }
    }
}
