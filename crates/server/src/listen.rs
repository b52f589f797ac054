//! The listening socket: plain or TLS, with a graceful end.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use config::{Certificate, Https, Listen};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use url::Url;

/// How long requests in flight may take to finish once the process was asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// The certificate in force (`backend.https`); clones share it.
#[derive(Clone)]
pub struct Tls(RustlsConfig);

impl Tls {
    /// # Errors
    /// Certificate and key cannot be used.
    pub fn new(https: &Https, app_url: &Url) -> Result<Self> {
        let config = match https {
            Https::Certificate(given) => given_config(given)?,
            Https::SelfSigned => self_signed(app_url.host_str().unwrap_or("localhost"))?,
        };
        Ok(Self(RustlsConfig::from_config(Arc::new(config))))
    }

    /// Takes another certificate for the connections to come; one made at start stays.
    ///
    /// # Errors
    /// As [`Tls::new`]; then the former stays in force.
    pub fn renew(&self, https: &Https) -> Result<()> {
        if let Https::Certificate(given) = https {
            self.0.reload_from_config(Arc::new(given_config(given)?));
        }
        Ok(())
    }
}

/// Binds the address; port 0 takes a free one.
///
/// # Errors
/// The port is taken, is not for this user, or the machine has no such address.
pub fn bind(listen: &Listen) -> Result<TcpListener> {
    let listener = match &listen.host {
        Some(host) => TcpListener::bind((host.as_str(), listen.port)),
        // One socket for both families where the machine has IPv6.
        None => TcpListener::bind((Ipv6Addr::UNSPECIFIED, listen.port)).or_else(|error| match error.kind() {
            ErrorKind::AddrInUse | ErrorKind::PermissionDenied => Err(error),
            _ => TcpListener::bind((Ipv4Addr::UNSPECIFIED, listen.port)),
        }),
    };
    let listener = listener.map_err(|error| {
        let address = format!("{}:{}", listen.host.as_deref().unwrap_or("*"), listen.port);
        let advice = match error.kind() {
            ErrorKind::AddrInUse => "another process uses the port: stop it, or take another one",
            ErrorKind::PermissionDenied => "ports below 1024 are for the administrator: take a higher one",
            ErrorKind::AddrNotAvailable => "this machine has no such address: leave the host out to listen on all",
            _ => "is the host one of this machine?",
        };
        anyhow::Error::new(error).context(format!("backend.listen: cannot listen on {address}; {advice}"))
    })?;
    listener.set_nonblocking(true).context("backend.listen: the socket cannot be used")?;
    Ok(listener)
}

/// Serves until `stop` resolves, then lets requests in flight finish. A connection that is silent for `headers_timeout` ends.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    headers_timeout: Duration,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let handle = Handle::<SocketAddr>::new();
    tokio::spawn({
        let handle = handle.clone();
        async move {
            stop.await;
            handle.graceful_shutdown(Some(GRACE));
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let impatient = |builder: &mut Builder<TokioExecutor>| {
        builder.http1().timer(TokioTimer::new()).header_read_timeout(headers_timeout);
    };
    match tls {
        None => {
            // Who may speak either version is waited for without end, and without TLS nobody asks for the second. Nor are
            // there upgrades this way: what brings web sockets has to bound that wait itself.
            let mut server = axum_server::from_tcp(listener)?.handle(handle).http1_only();
            impatient(server.http_builder());
            server.serve(service).await
        }
        Some(Tls(config)) => {
            let mut server = axum_server::from_tcp_rustls(listener, config)?.handle(handle);
            impatient(server.http_builder());
            server.serve(service).await
        }
    }
    .context("the listening socket broke")
}

fn self_signed(host: &str) -> Result<ServerConfig> {
    let made = rcgen::generate_simple_self_signed(vec![host.to_owned(), "localhost".to_owned()])
        .context("backend.https: no self-signed certificate could be made for the host of app.baseUrl")?;
    server_config(&made.cert.pem(), &made.signing_key.serialize_pem())
}

fn given_config(given: &Certificate) -> Result<ServerConfig> {
    server_config(&given.cert, given.key.expose())
}

fn server_config(certificate: &str, key: &str) -> Result<ServerConfig> {
    let chain = CertificateDer::pem_slice_iter(certificate.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .context("backend.https.certificate.cert is no PEM certificate")?;
    if chain.is_empty() {
        bail!("backend.https.certificate.cert holds no PEM certificate; name its file with $file");
    }
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
        .context("backend.https.certificate.key is no PEM private key; name its file with $file")?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("backend.https.certificate: key and certificate do not belong together")?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
