//! Tokens that were verified a moment ago. Checking a signature costs more than answering most requests, and a client sends
//! the same token with each.

use std::collections::HashMap;

use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use crate::tokens::Claims;

/// Tokens remembered; when there are more, all are forgotten and verified again.
const CAPACITY: usize = 4096;

/// Claims by the hash of type and token. Only valid tokens are in here, so nobody can fill it with junk.
#[derive(Default)]
pub(crate) struct VerifiedTokens {
    claims: Mutex<HashMap<[u8; 32], Claims>>,
}

impl VerifiedTokens {
    pub(crate) fn get(&self, typ: &str, token: &str, now_seconds: i64) -> Option<Claims> {
        let claims = self.claims.lock();
        claims.get(&hash(typ, token)).filter(|claims| now_seconds < claims.expires_at).cloned()
    }

    pub(crate) fn keep(&self, typ: &str, token: &str, verified: &Claims) {
        let mut claims = self.claims.lock();
        if claims.len() >= CAPACITY {
            claims.clear();
        }
        claims.insert(hash(typ, token), verified.clone());
    }
}

fn hash(typ: &str, token: &str) -> [u8; 32] {
    Sha256::new().chain_update(typ).chain_update([0]).chain_update(token).finalize().into()
}
