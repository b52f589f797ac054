//! Reading files by URL: from git hosts through their APIs with the configured credentials, and from the plain web servers
//! that the configuration allows (contract platform-services.md section 3). This is the one implementation of
//! [`sdk::UrlReader`].

mod fetch;
mod place;
mod plain;
mod readers;
mod resolve;
mod scm;
mod search;
#[cfg(test)]
mod tests;

pub use readers::Readers;
