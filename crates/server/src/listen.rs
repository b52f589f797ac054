//! The listening socket: plain or TLS, with a graceful end.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;

/// How long requests in flight may take to finish once the process was asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Where to listen (`backend.listen`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `None`: every address of the machine.
    pub host: Option<String>,
    pub port: u16,
}

/// A certificate with its key (`backend.https`).
#[derive(Clone)]
pub enum Tls {
    /// Made at start for this host, for trying things out.
    SelfSigned { host: String },
    /// PEM texts.
    Given { certificate: String, key: String },
}

/// Binds the address; port 0 takes a free one.
pub fn bind(address: &Address) -> Result<TcpListener> {
    let listener = match &address.host {
        Some(host) => TcpListener::bind((host.trim_matches(['[', ']']), address.port)),
        // One socket for both families where the machine has IPv6.
        None => TcpListener::bind((Ipv6Addr::UNSPECIFIED, address.port))
            .or_else(|_| TcpListener::bind((Ipv4Addr::UNSPECIFIED, address.port))),
    };
    let shown = format!("{}:{}", address.host.as_deref().unwrap_or("*"), address.port);
    let listener = listener
        .with_context(|| format!("backend.listen: cannot listen on {shown}; is another process using the port?"))?;
    listener.set_nonblocking(true).context("backend.listen: the socket cannot be used")?;
    Ok(listener)
}

/// Serves until `stop` resolves, then lets requests in flight finish.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
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
    match tls {
        None => axum_server::from_tcp(listener)?.handle(handle).serve(service).await,
        Some(tls) => axum_server::from_tcp_rustls(listener, certificate(tls)?)?.handle(handle).serve(service).await,
    }
    .context("the listening socket broke")
}

fn certificate(tls: Tls) -> Result<RustlsConfig> {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let (certificate, key) = match tls {
        Tls::Given { certificate, key } => (certificate, key),
        Tls::SelfSigned { host } => {
            let made = rcgen::generate_simple_self_signed(vec![host, "localhost".to_owned()])
                .context("backend.https: no self-signed certificate could be made for app.baseUrl's host")?;
            (made.cert.pem(), made.signing_key.serialize_pem())
        }
    };
    let chain = CertificateDer::pem_slice_iter(certificate.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .context("backend.https.certificate.cert is no PEM certificate")?;
    let key =
        PrivateKeyDer::from_pem_slice(key.as_bytes()).context("backend.https.certificate.key is no PEM private key")?;
    let mut config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("backend.https.certificate: key and certificate do not belong together")?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(RustlsConfig::from_config(Arc::new(config)))
}
