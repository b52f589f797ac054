//! `/plugins`: which permissions and rules there are to make policies of.

pub mod ids;
pub mod policies;
pub mod rules;
