//! Operators in the order they are written. nunjucks turns expressions into JavaScript without parentheses, so the strength of
//! operators is JavaScript's and not that of the grammar: `not a == b` is `(not a) == b`. The grammar says what may stand where; this
//! puts it together.

use std::{iter::Peekable, vec::IntoIter};

use crate::{
    ast::{Expr, Infix, Prefix},
    value::Value,
};

pub(crate) enum Item {
    Operand(Expr),
    Prefix(Prefix),
    Infix(Infix),
}

/// What is written, operand and operator in turn.
#[derive(Default)]
pub(crate) struct Flat(Vec<Item>);

impl Flat {
    pub fn operand(&mut self, expr: Expr) {
        self.0.push(Item::Operand(expr));
    }

    pub fn prefix(&mut self, prefix: Prefix) {
        self.0.push(Item::Prefix(prefix));
    }

    pub fn infix(&mut self, infix: Infix) {
        self.0.push(Item::Infix(infix));
    }

    /// `~`: the plus of texts.
    pub fn concat(&mut self) {
        self.infix(Infix::Plus);
        self.operand(Expr::Literal(Value::text("")));
        self.infix(Infix::Plus);
    }

    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// Puts the whole together as JavaScript would.
    pub fn reduce(self) -> Expr {
        let mut items = self.0.into_iter().peekable();
        strength(&mut items, 1)
    }
}

const OPERAND: u8 = 7;

fn strength(items: &mut Peekable<IntoIter<Item>>, level: u8) -> Expr {
    if level == OPERAND {
        return operand(items);
    }
    let first = strength(items, level + 1);
    let mut rest = Vec::new();
    while let Some(Item::Infix(infix)) =
        items.next_if(|item| matches!(item, Item::Infix(infix) if infix.strength() == level))
    {
        rest.push((infix, strength(items, level + 1)));
    }
    if rest.is_empty() { first } else { Expr::Chain { first: Box::new(first), rest } }
}

fn operand(items: &mut Peekable<IntoIter<Item>>) -> Expr {
    match items.next() {
        Some(Item::Operand(expr)) => expr,
        Some(Item::Prefix(prefix)) => Expr::Prefix(prefix, Box::new(operand(items))),
        // The grammar puts an operand behind every operator.
        Some(Item::Infix(_)) | None => Expr::Literal(Value::Undefined),
    }
}
