//! What of the configuration concerns every request and answer (contract platform-services.md section 1.1).

use std::time::Duration;

use config::{Backend, Cors, CspDirective};

use super::limits::Limits;

/// What the operator chose.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Who may call from pages of other origins; nobody by default.
    pub cors: Option<Cors>,
    /// Changes of the content security policy.
    pub csp: Vec<CspDirective>,
    /// `no-referrer` when empty.
    pub referrer_policy: Vec<String>,
    /// How long a request may take until its answer begins; 60 s by default.
    pub request_timeout: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        let request_timeout = Duration::from_secs(60);
        Self { cors: None, csp: Vec::new(), referrer_policy: Vec::new(), request_timeout }
    }
}

impl HttpOptions {
    /// The options that the section `backend` gives.
    pub fn new(backend: &Backend) -> Self {
        Self {
            cors: backend.cors.clone(),
            csp: backend.csp.clone(),
            referrer_policy: backend.referrer_policy.clone(),
            request_timeout: backend.request_timeout,
        }
    }

    pub(super) fn limits(&self) -> Limits {
        Limits { time: self.request_timeout }
    }
}
