//! What differs between databases: opening, transactions, the types of values and rows. The rest of the crate sees
//! [`Database`], [`Transaction`], [`Value`] and [`Row`], and says everything else in SQL that all of them understand.

mod advice;
mod lock;
mod migrate;
mod sqlite;
mod value;

pub(crate) use advice::advice;
pub(crate) use sqlite::{Database, MAX_PARAMETERS, Transaction, parameter};
pub(crate) use value::{Row, Value};
