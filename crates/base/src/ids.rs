//! The only place that makes random ids.

use uuid::Uuid;

/// A new id that sorts after all ids made before it by this process (UUID version 7).
#[allow(clippy::disallowed_methods)] // This is where ids come from.
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// A new id that sorts after all ids made before it by this process and after `newest`, whatever the clock says.
pub fn new_id_after(newest: Uuid) -> Uuid {
    // The next number is of the same version and variant: it changes the random part behind them.
    new_id().max(Uuid::from_u128(newest.as_u128().saturating_add(1)))
}

/// Random bytes fit for keys: from the operating system's generator, stretched by a cryptographic one.
#[allow(clippy::disallowed_methods)] // And chance.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::RngCore::fill_bytes(&mut rand::rng(), &mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_increase_even_behind_one_from_the_future() {
        let first = new_id();
        let second = new_id_after(first);
        assert!(second > first);
        let future = Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, 1 << 33, 0));
        let third = new_id_after(future);
        assert!(third > future);
        assert_eq!(third.get_version_num(), 7);
    }
}
