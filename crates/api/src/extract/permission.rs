//! What callers of the catalog may or may not do (contract permissions.md).

use auth::Permission;

pub const ENTITY_READ: Permission = of("catalog.entity.read", Some("read"));
pub const LOCATION_READ: Permission = of("catalog.location.read", Some("read"));
pub const LOCATION_CREATE: Permission = of("catalog.location.create", Some("create"));
pub const LOCATION_DELETE: Permission = of("catalog.location.delete", Some("delete"));

const fn of(name: &'static str, action: Option<&'static str>) -> Permission {
    Permission { name, action }
}
