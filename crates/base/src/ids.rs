//! The only place that makes random ids.

use uuid::Uuid;

/// A new id that sorts after all ids made before it by this process (UUID version 7).
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
