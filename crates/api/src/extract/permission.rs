//! What callers of the catalog may or may not do (contract permissions.md).

use auth::Permission;

pub const ENTITY_READ: Permission = of("catalog.entity.read", Some("read"));
pub const ENTITY_DELETE: Permission = of("catalog.entity.delete", Some("delete"));
pub const ENTITY_REFRESH: Permission = of("catalog.entity.refresh", Some("update"));
pub const ENTITY_VALIDATE: Permission = of("catalog.entity.validate", None);
pub const INGESTION_READ: Permission = of("catalog.ingestion.read", Some("read"));
pub const INGESTION_MANAGE: Permission = of("catalog.ingestion.manage", None);
pub const UNPROCESSED_READ: Permission = of("catalog.entities.unprocessed.read", Some("read"));
pub const UNPROCESSED_DELETE: Permission = of("catalog.entities.unprocessed.delete", Some("delete"));
pub const LOCATION_READ: Permission = of("catalog.location.read", Some("read"));
pub const LOCATION_CREATE: Permission = of("catalog.location.create", Some("create"));
pub const LOCATION_DELETE: Permission = of("catalog.location.delete", Some("delete"));
pub const LOCATION_ANALYZE: Permission = of("catalog.location.analyze", None);

const fn of(name: &'static str, action: Option<&'static str>) -> Permission {
    Permission { name, action }
}
