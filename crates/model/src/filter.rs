//! Which entities are meant: the predicate that both filter languages of the wire are read into
//! (contract catalog.md section 10), evaluated against search rows (section 7.1).

/// A condition on an entity's search rows. Keys and values are lower case.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// True when all hold; true when empty.
    All(Vec<Predicate>),
    /// True when one holds; false when empty.
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    /// There is a row with this key.
    Exists(Box<str>),
    /// There is a row with this key and one of these values.
    In(Box<str>, Vec<Box<str>>),
    /// There is a row with this key whose value starts so.
    Prefix(Box<str>, Box<str>),
}
