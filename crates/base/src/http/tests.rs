//! The client against servers that behave and servers that do not.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::header::{AUTHORIZATION, HeaderValue};
use super::{Egress, HostRule, HttpClient, HttpError, HttpOptions, Request};

/// 100 000 zero bytes, gzipped.
const BOMB: &str = "1f8b0800000000000203edc13101000000c2a0f54f6d0d0fa00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000008057037d9511d4a0860100";

/// What a server that never ends keeps sending.
const LINES: &str = include_str!("tests.rs");

fn client_with(options: HttpOptions, urls: &[&str]) -> HttpClient {
    let rules = urls.iter().map(|url| HostRule::of(&Url::parse(url).unwrap()).unwrap());
    HttpClient::new(options, Egress::trusting(rules)).unwrap()
}

fn client(urls: &[&str]) -> HttpClient {
    let short = Duration::from_millis(1);
    client_with(HttpOptions { backoff: short, longest_wait: short, ..HttpOptions::default() }, urls)
}

async fn get(client: &HttpClient, url: &str) -> Result<super::Response, HttpError> {
    client.send(Request::get(Url::parse(url).unwrap(), 10_000)).await
}

async fn redirect(server: &MockServer, from: &str, to: &str) {
    Mock::given(path(from)).respond_with(ResponseTemplate::new(302).insert_header("Location", to)).mount(server).await;
}

/// A server that answers every connection with these bytes, then keeps sending `drip` every few milliseconds for ever, or
/// closes if there is none. What it is sent is read but not understood.
async fn raw(answer: &'static str, drip: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = socket.read(&mut request).await;
                let _ = socket.write_all(answer.as_bytes()).await;
                let Some(drip) = drip else { return };
                while socket.write_all(drip.as_bytes()).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            });
        }
    });
    format!("http://{address}/x")
}

#[tokio::test]
async fn answers_of_any_status_are_answers() {
    let server = MockServer::start().await;
    Mock::given(path("/ok")).respond_with(ResponseTemplate::new(200).set_body_string("hi")).mount(&server).await;
    let client = client(&[&server.uri()]);
    let ok = get(&client, &format!("{}/ok", server.uri())).await.unwrap();
    assert_eq!((ok.status.as_u16(), ok.body.as_ref()), (200, b"hi".as_slice()));
    assert_eq!(get(&client, &format!("{}/none", server.uri())).await.unwrap().status.as_u16(), 404);
}

#[tokio::test]
async fn five_redirects_and_no_more() {
    let server = MockServer::start().await;
    for step in 0..6 {
        redirect(&server, &format!("/{step}"), &format!("/{}", step + 1)).await;
    }
    Mock::given(path("/6")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let client = client(&[&server.uri()]);
    let end = get(&client, &format!("{}/1", server.uri())).await.unwrap();
    assert_eq!(end.url.path(), "/6");
    let error = get(&client, &format!("{}/0", server.uri())).await.unwrap_err();
    assert!(matches!(error, HttpError::TooManyRedirects { limit: 5, .. }), "{error}");
}

#[tokio::test]
async fn redirects_to_internal_addresses_are_refused() {
    let server = MockServer::start().await;
    let client = client(&[&server.uri()]);
    let targets = [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/",
        "http://[::ffff:127.0.0.1]/",
        "http://2852039166/",
        "http://localhost:1/",
        "//10.0.0.1/",
        "file:///etc/passwd",
        "http://u:p@github.com/",
    ];
    for (index, target) in targets.iter().enumerate() {
        redirect(&server, &format!("/{index}"), target).await;
        let error = get(&client, &format!("{}/{index}", server.uri())).await.unwrap_err();
        assert!(matches!(&error, HttpError::Forbidden { from: Some(_), .. }), "{target}: {error}");
        assert!(!error.to_string().contains("u:p"), "{error}");
    }
}

#[tokio::test]
async fn names_of_internal_addresses_are_refused_unless_trusted() {
    let server = MockServer::start().await;
    Mock::given(path("/")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let by_name = format!("http://localhost:{}", server.address().port());
    let error = get(&client(&[]), &by_name).await.unwrap_err();
    assert!(matches!(&error, HttpError::Forbidden { .. }), "{error}");
    assert!(error.to_string().contains("localhost resolves to an internal address"), "{error}");
    assert!(get(&client(&[&by_name]), &by_name).await.unwrap().status.is_success());
}

#[tokio::test]
async fn the_caller_narrows_every_hop() {
    let server = MockServer::start().await;
    redirect(&server, "/open/a", "/closed/b").await;
    let request = Request::get(Url::parse(&format!("{}/open/a", server.uri())).unwrap(), 100)
        .allow(|url| url.path().starts_with("/open/"));
    let error = client(&[&server.uri()]).send(request).await.unwrap_err();
    assert!(matches!(error, HttpError::Forbidden { from: Some(_), .. }), "{error}");
}

#[tokio::test]
async fn credentials_stay_with_the_origin() {
    let (home, abroad) = (MockServer::start().await, MockServer::start().await);
    redirect(&home, "/away", &format!("{}/end", abroad.uri())).await;
    Mock::given(path("/stay"))
        .and(header("authorization", "Bearer s"))
        .respond_with(ResponseTemplate::new(302).insert_header("Location", "/end"))
        .mount(&home)
        .await;
    for server in [&home, &abroad] {
        Mock::given(method("GET")).and(path("/end")).respond_with(ResponseTemplate::new(200)).mount(server).await;
    }
    let client = client(&[&home.uri(), &abroad.uri()]);
    for start in ["/away", "/stay"] {
        let request = Request::get(Url::parse(&format!("{}{start}", home.uri())).unwrap(), 100)
            .credential(AUTHORIZATION, HeaderValue::from_static("Bearer s"));
        client.send(request).await.unwrap();
    }
    let sent = |requests: Vec<wiremock::Request>| {
        requests
            .iter()
            .filter(|r| r.url.path() == "/end")
            .map(|r| r.headers.contains_key("authorization"))
            .collect::<Vec<_>>()
    };
    assert_eq!(sent(abroad.received_requests().await.unwrap()), [false]);
    assert_eq!(sent(home.received_requests().await.unwrap()), [true]);
}

#[tokio::test]
async fn hanging_and_trickling_servers_are_cut() {
    let options = HttpOptions {
        header_timeout: Duration::from_millis(150),
        total_timeout: Duration::from_millis(600),
        stall_window: Duration::from_millis(200),
        stall_bytes: 100,
        ..HttpOptions::default()
    };
    let silent = raw("", Some("")).await;
    let trickling_headers = raw("HTTP/1.1 200 OK\r\n", Some("x-a: b\r\n")).await;
    let trickling = raw("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n", Some("x")).await;
    let steady =
        raw("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n", Some("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")).await;
    let client = client_with(options, &[&silent, &trickling_headers, &trickling, &steady]);
    let (a, b, c, d) = futures::join!(
        get(&client, &silent),
        get(&client, &trickling_headers),
        get(&client, &trickling),
        get(&client, &steady)
    );
    assert!(matches!(a, Err(HttpError::Timeout { .. })), "{a:?}");
    assert!(matches!(b, Err(HttpError::Timeout { .. })), "{b:?}");
    assert!(matches!(c, Err(HttpError::Stalled { .. })), "{c:?}");
    assert!(matches!(d, Err(HttpError::Timeout { .. })), "{d:?}");
}

#[tokio::test]
async fn bodies_are_bounded_however_they_come() {
    let announced = raw("HTTP/1.1 200 OK\r\ncontent-length: 10001\r\n\r\n", None).await;
    let unannounced = raw("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", Some(LINES)).await;
    let short = raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc", None).await;
    let garbage = raw("SSH-2.0-OpenSSH_9.6\r\n", None).await;
    let server = MockServer::start().await;
    let bomb: Vec<u8> =
        (0..BOMB.len()).step_by(2).map(|at| u8::from_str_radix(&BOMB[at..at + 2], 16).unwrap()).collect();
    let answer = ResponseTemplate::new(200).insert_header("Content-Encoding", "gzip").set_body_bytes(bomb);
    Mock::given(path("/bomb")).respond_with(answer).mount(&server).await;
    let bomb = format!("{}/bomb", server.uri());
    let client = client(&[&announced, &unannounced, &short, &garbage, &bomb]);
    for url in [&announced, &unannounced, &bomb] {
        let error = get(&client, url).await.unwrap_err();
        assert!(matches!(error, HttpError::TooLarge { limit: 10_000, .. }), "{error}");
    }
    assert!(matches!(get(&client, &short).await, Err(HttpError::Broken { .. })));
    assert!(matches!(get(&client, &garbage).await, Err(HttpError::Unreachable { .. })));
}

#[tokio::test]
async fn busy_hosts_are_asked_again_within_reason() {
    let server = MockServer::start().await;
    let busy = |status| ResponseTemplate::new(status).insert_header("Retry-After", "0");
    Mock::given(path("/soon")).respond_with(busy(503)).up_to_n_times(1).mount(&server).await;
    Mock::given(path("/soon")).respond_with(busy(429)).up_to_n_times(1).mount(&server).await;
    Mock::given(path("/soon")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    Mock::given(path("/down")).respond_with(ResponseTemplate::new(503)).expect(3).mount(&server).await;
    let client = client(&[&server.uri()]);
    assert_eq!(get(&client, &format!("{}/soon", server.uri())).await.unwrap().status.as_u16(), 200);
    assert_eq!(get(&client, &format!("{}/down", server.uri())).await.unwrap().status.as_u16(), 503);
}

#[tokio::test]
async fn a_host_that_asks_to_be_left_alone_is() {
    let (limited, other) = (MockServer::start().await, MockServer::start().await);
    let quota = ResponseTemplate::new(403).insert_header("x-ratelimit-remaining", "0");
    Mock::given(path("/quota")).respond_with(quota).expect(1).mount(&other).await;
    let later = ResponseTemplate::new(429).insert_header("Retry-After", "3000");
    Mock::given(path("/later")).respond_with(later).expect(1).mount(&limited).await;
    Mock::given(path("/x")).respond_with(ResponseTemplate::new(200)).expect(0).mount(&limited).await;
    Mock::given(path("/x")).respond_with(ResponseTemplate::new(200)).expect(1).mount(&other).await;
    let client = client(&[&limited.uri(), &other.uri()]);
    for url in ["/later", "/x", "/later"] {
        let error = get(&client, &format!("{}{url}", limited.uri())).await.unwrap_err();
        let waits =
            matches!(error, HttpError::RateLimited { retry_after, .. } if retry_after.as_secs().abs_diff(3000) < 60);
        assert!(waits, "{url}: {error}");
    }
    assert!(get(&client, &format!("{}/x", other.uri())).await.unwrap().status.is_success());
    let error = get(&client, &format!("{}/quota", other.uri())).await.unwrap_err();
    assert!(matches!(error, HttpError::RateLimited { .. }), "{error}");
}

#[tokio::test]
async fn a_dead_host_delays_nobody_else() {
    let dead = raw("", Some("")).await;
    let server = MockServer::start().await;
    Mock::given(path("/ok")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let options = HttpOptions { per_host: 2, ..HttpOptions::default() };
    let client = client_with(options, &[&dead, &server.uri()]);
    let stuck: Vec<_> = (0..20)
        .map(|_| {
            tokio::spawn({
                let (client, dead) = (client.clone(), dead.clone());
                async move { get(&client, &dead).await }
            })
        })
        .collect();
    let url = format!("{}/ok", server.uri());
    let quick = futures::future::join_all((0..20).map(|_| get(&client, &url)));
    let answers = tokio::time::timeout(Duration::from_secs(10), quick).await.unwrap();
    assert!(answers.iter().all(Result::is_ok));
    assert!(stuck.iter().all(|task| !task.is_finished()));
    stuck.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn errors_show_no_secrets() {
    let error = get(&client(&[]), "http://127.0.0.1:1/x?private_token=hush").await.unwrap_err();
    assert!(!error.to_string().contains("hush"), "{error}");
    let error = get(&client(&["http://127.0.0.1:1/"]), "http://127.0.0.1:1/x?private_token=hush").await.unwrap_err();
    assert!(matches!(error, HttpError::Unreachable { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
}
