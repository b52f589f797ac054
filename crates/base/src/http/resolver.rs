//! Name resolution that leaves out the addresses that may not be asked. Judging at connection time, not before, means that a
//! name cannot change its answer between the check and the use.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::AddressClass;
use super::egress::Reach;

#[derive(Debug)]
pub(super) struct GuardedResolver {
    pub(super) reach: Reach,
}

/// Every address of a name is out of bounds.
#[derive(Debug, thiserror::Error)]
#[error("{host} resolves to an internal address that the configuration does not allow")]
pub(super) struct RefusedAddress {
    host: String,
}

impl GuardedResolver {
    fn admits(reach: Reach, address: SocketAddr) -> bool {
        match AddressClass::of(address.ip()) {
            AddressClass::Public => true,
            AddressClass::Internal => reach == Reach::Internal,
            AddressClass::Forbidden => false,
        }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let known = !found.is_empty();
            let admitted: Vec<SocketAddr> = found.into_iter().filter(|address| Self::admits(reach, *address)).collect();
            if known && admitted.is_empty() {
                return Err(RefusedAddress { host }.into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}
