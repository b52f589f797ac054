//! What kind of place an IP address is, however it is written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressClass {
    /// On the public internet: anybody may have meant it.
    Public,
    /// Loopback or a private network: only when the configuration names the host.
    Internal,
    /// Link-local, cloud metadata, multicast, unspecified or reserved: never through a name, whoever allowed that name.
    Forbidden,
}

/// The metadata services that clouds put outside the link-local range.
const METADATA_V4: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

impl AddressClass {
    /// The class of an address; an IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) counts as that IPv4 address.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::of_v4(v4),
            IpAddr::V6(v6) => embedded_v4(v6).map_or_else(|| Self::of_v6(v6), Self::of_v4),
        }
    }

    fn of_v4(v4: Ipv4Addr) -> Self {
        let [a, b, c, _] = v4.octets();
        if v4.is_private() || v4.is_loopback() || (a == 100 && (64..128).contains(&b) && v4 != METADATA_V4) {
            return Self::Internal;
        }
        let reserved = a == 0 || a >= 224 || (a, b, c) == (192, 0, 0) || (a == 198 && (b == 18 || b == 19));
        if reserved || v4.is_link_local() || v4.is_documentation() || v4 == METADATA_V4 {
            return Self::Forbidden;
        }
        Self::Public
    }

    fn of_v6(v6: Ipv6Addr) -> Self {
        let first = v6.segments()[0];
        if v6 == METADATA_V6 {
            return Self::Forbidden;
        }
        if v6.is_loopback() || first & 0xfe00 == 0xfc00 {
            return Self::Internal;
        }
        // What is not in the one block of global unicast addresses is link-local, site-local, multicast or unassigned;
        // inside it, documentation (2001:db8::/32) and Teredo (2001::/32) lead nowhere that can be judged.
        let [_, second, ..] = v6.segments();
        if first & 0xe000 != 0x2000 || (first == 0x2001 && (second == 0xdb8 || second == 0)) {
            return Self::Forbidden;
        }
        Self::Public
    }
}

fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    if let Some(mapped) = v6.to_ipv4_mapped() {
        return Some(mapped);
    }
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(join(high, low)),
        [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::AddressClass::{Forbidden, Internal, Public};
    use super::*;

    #[test]
    fn classes() {
        for (text, class) in [
            ("140.82.121.4", Public),
            ("2606:4700::6810:84e5", Public),
            ("127.0.0.1", Internal),
            ("127.9.9.9", Internal),
            ("10.0.0.1", Internal),
            ("172.31.255.255", Internal),
            ("172.32.0.1", Public),
            ("192.168.1.1", Internal),
            ("100.64.0.1", Internal),
            ("100.128.0.1", Public),
            ("::1", Internal),
            ("fd12::1", Internal),
            ("169.254.169.254", Forbidden),
            ("100.100.100.200", Forbidden),
            ("fd00:ec2::254", Forbidden),
            ("0.0.0.0", Forbidden),
            ("0.1.2.3", Forbidden),
            ("224.0.0.1", Forbidden),
            ("255.255.255.255", Forbidden),
            ("198.18.0.1", Forbidden),
            ("::", Forbidden),
            ("fe80::1", Forbidden),
            ("fec0::1", Forbidden),
            ("ff02::1", Forbidden),
            ("2001:db8::1", Forbidden),
            ("::ffff:127.0.0.1", Internal),
            ("::ffff:169.254.169.254", Forbidden),
            ("::ffff:8.8.8.8", Public),
            ("64:ff9b::a9fe:a9fe", Forbidden),
            ("64:ff9b::808:808", Public),
            ("2002:7f00:1::", Internal),
            ("::7f00:1", Forbidden),
        ] {
            assert_eq!(AddressClass::of(text.parse().unwrap()), class, "{text}");
        }
    }
}
