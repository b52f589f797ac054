//! The providers that the catalog brings along: the locations of the configuration and the registered ones.

mod configured;
mod registered;

pub use configured::ConfiguredLocations;
pub use registered::{RegisteredLocations, registered_root};

use model::LocationRef;
use sdk::Offer;

/// The generated `Location` entity of a location, which is its own origin.
fn root(location: &LocationRef) -> Offer {
    Offer { entity: location.to_entity(None, false), location: location.clone() }
}
