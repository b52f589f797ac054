//! What can be wrong with a template, and where.

/// What went wrong at which place of a template. Line and column count from one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct Error {
    pub message: String,
    pub line: usize,
    pub column: usize,
}

/// What went wrong where no place is known yet: the nearest expression that has one adds it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub message: String,
    pub place: Option<Place>,
}

/// A place in a template, counted from nought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    pub line: usize,
    pub column: usize,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None }
    }

    pub fn at(mut self, place: Place) -> Self {
        self.place.get_or_insert(place);
        self
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let place = failure.place.unwrap_or_default();
        Self { message: failure.message, line: place.line + 1, column: place.column + 1 }
    }
}
