//! The only place that makes random ids.

use uuid::Uuid;

/// A new id that sorts after all ids made before it by this process (UUID version 7).
#[allow(clippy::disallowed_methods)] // This is where ids come from.
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// Random bytes fit for keys: from the operating system's generator, stretched by a cryptographic one.
#[allow(clippy::disallowed_methods)] // And chance.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::RngCore::fill_bytes(&mut rand::rng(), &mut bytes);
    bytes
}
