//! What callers may or may not do, by the names of the wire (contract permissions.md section 4).

/// Something a caller may or may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission<'a> {
    pub name: &'a str,
    /// `create`, `read`, `update` or `delete`, where it is one of these.
    pub action: Option<&'a str>,
    /// What kind of resource it is about; a permission without is a basic one.
    pub resource_type: Option<&'a str>,
}

/// The permissions of one plugin.
#[derive(Debug)]
pub struct PluginPermissions {
    pub plugin: &'static str,
    pub permissions: &'static [Permission<'static>],
}

/// Entities of the catalog, as the resource of a permission.
pub const CATALOG_ENTITY: &str = "catalog-entity";
/// Roles and their policies, as the resource of a permission.
pub const POLICY_ENTITY: &str = "policy-entity";

pub const ENTITY_READ: Permission<'_> = on(CATALOG_ENTITY, "catalog.entity.read", "read");
pub const ENTITY_CREATE: Permission<'_> = basic("catalog.entity.create", Some("create"));
pub const ENTITY_DELETE: Permission<'_> = on(CATALOG_ENTITY, "catalog.entity.delete", "delete");
pub const ENTITY_REFRESH: Permission<'_> = on(CATALOG_ENTITY, "catalog.entity.refresh", "update");
pub const ENTITY_VALIDATE: Permission<'_> = basic("catalog.entity.validate", None);
pub const INGESTION_READ: Permission<'_> = basic("catalog.ingestion.read", Some("read"));
pub const INGESTION_MANAGE: Permission<'_> = basic("catalog.ingestion.manage", None);
pub const UNPROCESSED_READ: Permission<'_> = basic("catalog.entities.unprocessed.read", Some("read"));
pub const UNPROCESSED_DELETE: Permission<'_> = basic("catalog.entities.unprocessed.delete", Some("delete"));
pub const LOCATION_READ: Permission<'_> = basic("catalog.location.read", Some("read"));
pub const LOCATION_CREATE: Permission<'_> = basic("catalog.location.create", Some("create"));
pub const LOCATION_DELETE: Permission<'_> = basic("catalog.location.delete", Some("delete"));
pub const LOCATION_ANALYZE: Permission<'_> = basic("catalog.location.analyze", None);

pub const POLICY_READ: Permission<'_> = on(POLICY_ENTITY, "policy.entity.read", "read");
pub const POLICY_CREATE: Permission<'_> = basic("policy.entity.create", Some("create"));
pub const POLICY_UPDATE: Permission<'_> = on(POLICY_ENTITY, "policy.entity.update", "update");
pub const POLICY_DELETE: Permission<'_> = on(POLICY_ENTITY, "policy.entity.delete", "delete");

/// Reading what was done.
pub const AUDIT_READ: Permission<'_> = basic("audit.event.read", Some("read"));

/// The plugins with permissions.
pub const PLUGINS: &[PluginPermissions] = &[
    PluginPermissions {
        plugin: "catalog",
        permissions: &[
            ENTITY_READ,
            ENTITY_CREATE,
            ENTITY_DELETE,
            ENTITY_REFRESH,
            ENTITY_VALIDATE,
            LOCATION_READ,
            LOCATION_CREATE,
            LOCATION_DELETE,
            LOCATION_ANALYZE,
            INGESTION_READ,
            INGESTION_MANAGE,
            UNPROCESSED_READ,
            UNPROCESSED_DELETE,
        ],
    },
    PluginPermissions {
        plugin: "permission",
        permissions: &[POLICY_READ, POLICY_CREATE, POLICY_UPDATE, POLICY_DELETE],
    },
    PluginPermissions { plugin: "audit", permissions: &[AUDIT_READ] },
];

impl Permission<'_> {
    /// The action as policies write it: `use` for a permission without one.
    pub fn policy_action(&self) -> &str {
        self.action.unwrap_or("use")
    }
}

/// The permission of a name, whichever plugin it is of.
pub fn named(name: &str) -> Option<&'static Permission<'static>> {
    PLUGINS.iter().flat_map(|plugin| plugin.permissions).find(|known| known.name == name)
}

/// The permissions of a plugin.
pub fn of_plugin(plugin: &str) -> impl Iterator<Item = &'static Permission<'static>> {
    PLUGINS.iter().filter(move |known| known.plugin == plugin).flat_map(|known| known.permissions)
}

/// The permissions of a plugin on resources of a type.
pub fn on_resource(plugin: &str, resource_type: &str) -> impl Iterator<Item = &'static Permission<'static>> {
    of_plugin(plugin).filter(move |known| known.resource_type == Some(resource_type))
}

const fn basic(name: &'static str, action: Option<&'static str>) -> Permission<'static> {
    Permission { name, action, resource_type: None }
}

const fn on(resource_type: &'static str, name: &'static str, action: &'static str) -> Permission<'static> {
    Permission { name, action: Some(action), resource_type: Some(resource_type) }
}
