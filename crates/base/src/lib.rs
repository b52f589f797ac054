//! What every room needs of the world outside: time, ids, and outbound HTTP under the egress rules.

pub mod clock;
pub mod http;
pub mod ids;
