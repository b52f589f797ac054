//! The traits that what is plugged in must satisfy, and the types they exchange. Implementations live on the floor above.

pub mod provider;
pub mod reader;

pub use provider::{Delta, EntityProvider, Offer, Page, ProviderError, Rhythm};
pub use reader::{Found, ReadError, ReadOptions, ReadOutcome, Repository, Resource, SearchResult, UrlReader};
