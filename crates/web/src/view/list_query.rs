//! What a catalog list shows, as its address says it. The short grammar is ours; Backstage's `filters[…]` is read too,
//! so that old bookmarks arrive.

use model::filter::OWNED_BY_THROUGH;
use model::{EntityRef, RefDefaults};

use crate::urls;

/// Rows on a page unless the address says otherwise, and the most it may say.
const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 500;
/// Longest text to look for, and most values of one facet: an address beyond that was not clicked together.
const MAX_TEXT: usize = 200;
const MAX_VALUES: usize = 100;

/// The kind a list shows when the address names none.
pub const DEFAULT_KIND: &str = "component";
/// The word in an address for every kind.
pub const ALL_KINDS: &str = "all";

/// Whose entities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    #[default]
    All,
    Owned,
    Starred,
}

impl Shown {
    pub const EACH: [Shown; 3] = [Shown::All, Shown::Owned, Shown::Starred];

    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Owned => "owned",
            Self::Starred => "starred",
        }
    }

    fn from_code(code: &str) -> Self {
        Self::EACH.into_iter().find(|shown| shown.code() == code).unwrap_or_default()
    }
}

/// A facet that takes any number of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    Type,
    Lifecycle,
    Owner,
    System,
    Tag,
    Namespace,
}

impl Facet {
    pub const EACH: [Facet; 6] =
        [Facet::Type, Facet::Lifecycle, Facet::Owner, Facet::System, Facet::Tag, Facet::Namespace];

    /// Its name in an address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Lifecycle => "lifecycle",
            Self::Owner => "owner",
            Self::System => "system",
            Self::Tag => "tag",
            Self::Namespace => "namespace",
        }
    }

    /// The search row it counts and matches (contract catalog.md section 7.1).
    pub fn row_key(self) -> &'static str {
        match self {
            Self::Type => "spec.type",
            Self::Lifecycle => "spec.lifecycle",
            Self::Owner => "relations.ownedby",
            Self::System => "relations.partof",
            Self::Tag => "metadata.tags",
            Self::Namespace => "metadata.namespace",
        }
    }

    /// Whether its values are references of entities.
    pub fn holds_refs(self) -> bool {
        matches!(self, Self::Owner | Self::System)
    }

    /// A value as it is kept and compared: short references are made complete, as bookmarks of Backstage need.
    fn canonical(self, value: &str) -> String {
        let kind = match self {
            Self::Owner => "group",
            Self::System => "system",
            _ => return value.to_owned(),
        };
        let complete = EntityRef::parse(value, RefDefaults { kind: Some(kind), namespace: None });
        complete.map_or_else(|_| value.to_owned(), |complete| complete.to_string())
    }

    /// Both grammars' names of a facet.
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "type" | "types" => Self::Type,
            "lifecycle" | "lifecycles" => Self::Lifecycle,
            "owner" | "owners" => Self::Owner,
            "system" | "systems" => Self::System,
            "tag" | "tags" => Self::Tag,
            "namespace" | "namespaces" => Self::Namespace,
            _ => return None,
        })
    }
}

/// The address of a list, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    /// Lower case; `None` is every kind.
    pub kind: Option<String>,
    pub shown: Shown,
    pub text: String,
    pub(crate) values: [Vec<String>; Facet::EACH.len()],
    /// What groups within the chosen owners own counts as theirs.
    pub nested: bool,
    /// Only entities with processing problems.
    pub problems: bool,
    /// Only entities nothing keeps alive any more.
    pub orphans: bool,
    /// A column's name.
    pub sort: String,
    pub descending: bool,
    /// Counts from 1.
    pub page: usize,
    pub limit: usize,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            kind: Some(DEFAULT_KIND.to_owned()),
            shown: Shown::All,
            text: String::new(),
            values: Default::default(),
            nested: false,
            problems: false,
            orphans: false,
            sort: "name".to_owned(),
            descending: false,
            page: 1,
            limit: DEFAULT_LIMIT,
        }
    }
}

impl ListQuery {
    /// Everything of one kind.
    pub fn of_kind(kind: &str) -> Self {
        Self { kind: Some(kind.to_lowercase()), ..Self::default() }
    }

    /// Reads the part of an address after the question mark. What it does not know it passes over.
    pub fn parse(query: &str) -> Self {
        let mut list = Self::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            list.read(backstage_name(&key).unwrap_or(&key), &value);
        }
        list
    }

    /// Whether an address speaks Backstage's grammar.
    pub fn is_foreign(query: &str) -> bool {
        form_urlencoded::parse(query.as_bytes()).any(|(key, _)| backstage_name(&key).is_some())
    }

    fn read(&mut self, key: &str, value: &str) {
        let value = value.trim();
        match key {
            "kind" => {
                let kind = value.to_lowercase();
                self.kind = (!kind.is_empty() && kind != ALL_KINDS && kind != "*").then_some(kind);
            }
            "show" | "user" => self.shown = Shown::from_code(value),
            "q" | "text" => self.text = value.chars().take(MAX_TEXT).collect(),
            "nested" => self.nested = is_yes(value),
            "problems" | "error" => self.problems = is_yes(value),
            "orphans" | "orphan" => self.orphans = is_yes(value),
            "sort" => self.sort = value.to_owned(),
            "dir" => self.descending = value == "desc",
            "page" => self.page = value.parse().unwrap_or(1).max(1),
            "limit" => self.limit = value.parse().unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT),
            _ => {
                let Some(facet) = Facet::from_name(key) else { return };
                if !value.is_empty() && self.values(facet).len() < MAX_VALUES {
                    self.add(facet, value);
                }
            }
        }
    }

    /// The key that the chosen values of a facet are looked for under.
    pub fn key_of(&self, facet: Facet) -> &'static str {
        match facet {
            Facet::Owner if self.nested => OWNED_BY_THROUGH,
            facet => facet.row_key(),
        }
    }

    pub fn values(&self, facet: Facet) -> &[String] {
        &self.values[facet as usize]
    }

    pub fn has(&self, facet: Facet, value: &str) -> bool {
        self.values(facet).iter().any(|v| v.eq_ignore_ascii_case(value))
    }

    fn add(&mut self, facet: Facet, value: &str) {
        let value = facet.canonical(value);
        if !self.has(facet, &value) {
            self.values[facet as usize].push(value);
        }
    }

    /// The same list narrowed by one more value, from its first page.
    pub fn adding(mut self, facet: Facet, value: &str) -> Self {
        self.add(facet, value);
        self.first_page()
    }

    /// The same list without one value, from its first page.
    pub fn removing(mut self, facet: Facet, value: &str) -> Self {
        self.values[facet as usize].retain(|v| !v.eq_ignore_ascii_case(value));
        self.first_page()
    }

    /// The same list without one facet's values.
    pub fn without(mut self, facet: Facet) -> Self {
        self.values[facet as usize].clear();
        self
    }

    pub fn first_page(mut self) -> Self {
        self.page = 1;
        self
    }

    /// Whether anything narrows the list besides its kind.
    pub fn is_narrowed(&self) -> bool {
        self.shown != Shown::All
            || !self.text.is_empty()
            || self.problems
            || self.orphans
            || self.values.iter().any(|values| !values.is_empty())
    }

    /// The query string, leaving out what is at its default; empty for the plain list.
    pub fn to_query(&self) -> String {
        let plain = Self::default();
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let limit = if self.limit == DEFAULT_LIMIT { String::new() } else { self.limit.to_string() };
        let kind = if self.kind == plain.kind { "" } else { self.kind.as_deref().unwrap_or(ALL_KINDS) };
        let mut pairs = vec![("kind", kind), ("q", self.text.as_str())];
        if self.shown != Shown::All {
            pairs.push(("show", self.shown.code()));
        }
        for facet in Facet::EACH {
            pairs.extend(self.values(facet).iter().map(|value| (facet.name(), value.as_str())));
        }
        if self.nested {
            pairs.push(("nested", "yes"));
        }
        if self.problems {
            pairs.push(("problems", "yes"));
        }
        if self.orphans {
            pairs.push(("orphans", "yes"));
        }
        if self.sort != plain.sort {
            pairs.push(("sort", &self.sort));
        }
        if self.descending {
            pairs.push(("dir", "desc"));
        }
        pairs.extend([("page", page.as_str()), ("limit", limit.as_str())]);
        urls::query(pairs)
    }

    /// The address of this list.
    pub fn href(&self) -> String {
        self.address("/catalog")
    }

    /// The address of this list at another path, such as its export.
    pub fn address(&self, path: &str) -> String {
        let query = self.to_query();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

fn is_yes(value: &str) -> bool {
    matches!(value, "yes" | "true" | "1" | "on")
}

/// `kind` of `filters[kind]`, `owners` of `filters[owners][0]`.
fn backstage_name(key: &str) -> Option<&str> {
    key.strip_prefix("filters[")?.split_once(']').map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_reading_and_writing() {
        for address in [
            "",
            "kind=all",
            "kind=api&q=pay+ment&type=openapi&type=grpc&page=3",
            "show=starred&owner=group%3Adefault%2Fteam-a&nested=yes&problems=yes&orphans=yes&sort=owner&dir=desc&limit=20",
        ] {
            assert_eq!(ListQuery::parse(address).to_query(), address);
        }
    }

    #[test]
    fn backstage_bookmarks_arrive() {
        let old = "filters[kind]=API&filters%5Btype%5D=openapi&filters[owners][0]=team-a&filters[owners][1]=team-b\
                   &filters[tags]=java&filters[user]=owned&filters[lifecycles]=production&filters[text]=x&limit=20";
        assert!(ListQuery::is_foreign(old));
        assert_eq!(
            ListQuery::parse(old).to_query(),
            "kind=api&q=x&show=owned&type=openapi&lifecycle=production\
             &owner=group%3Adefault%2Fteam-a&owner=group%3Adefault%2Fteam-b&tag=java&limit=20"
        );
        assert!(!ListQuery::is_foreign("kind=api"));
    }

    #[test]
    fn nonsense_is_passed_over_and_bounded() {
        let long = format!("q={}&page=-1&limit=100000&sort=%00&unknown=x&dir=sideways&show=me", "x".repeat(5000));
        let list = ListQuery::parse(&long);
        assert_eq!((list.text.len(), list.page, list.limit), (MAX_TEXT, 1, MAX_LIMIT));
        assert_eq!((list.descending, list.shown), (false, Shown::All));
        let many: String = (0..1000).map(|n| format!("tag=t{n}&")).collect();
        assert_eq!(ListQuery::parse(&many).values(Facet::Tag).len(), MAX_VALUES);
    }
}
