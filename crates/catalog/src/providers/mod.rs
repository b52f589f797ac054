//! The providers that the catalog brings along: the locations of the configuration, the registered ones, and pushed sets.

mod configured;
mod pushed;
mod registered;

pub use configured::ConfiguredLocations;
pub use pushed::PushedEntities;
pub use registered::{RegisteredLocations, registered_root};

use model::LocationRef;
use sdk::Offer;

/// The generated `Location` entity of a location, which is its own origin.
fn root(location: &LocationRef) -> Offer {
    Offer { entity: location.to_entity(None, false), location: location.clone() }
}
