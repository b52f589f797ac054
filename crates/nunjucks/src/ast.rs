//! What a template is made of.

use std::rc::Rc;

use crate::{error::Place, value::Value};

#[derive(Clone)]
pub(crate) enum Node {
    Data(Rc<str>),
    Print(Expr),
    /// Conditions in turn; the last may have none.
    If(Vec<(Option<Expr>, Vec<Self>)>),
    For(Box<For>),
    Set {
        targets: Vec<Rc<str>>,
        value: Expr,
    },
    Macro(Rc<Macro>),
    Block(Vec<Self>),
    Switch {
        value: Expr,
        cases: Vec<(Expr, Vec<Self>)>,
        default: Vec<Self>,
    },
    /// A tag that names another template: there is none.
    Other {
        template: Expr,
        optional: bool,
        place: Place,
    },
}

#[derive(Clone)]
pub(crate) struct For {
    pub names: Vec<Rc<str>>,
    pub items: Expr,
    pub body: Vec<Node>,
    pub otherwise: Vec<Node>,
    pub place: Place,
}

pub(crate) struct Macro {
    pub name: Rc<str>,
    pub arguments: Vec<Rc<str>>,
    pub defaults: Vec<(Rc<str>, Expr)>,
    pub body: Vec<Node>,
}

#[derive(Clone)]
pub(crate) enum Expr {
    Literal(Value),
    Symbol(Rc<str>),
    List(Vec<Self>),
    Dict(Vec<(Rc<str>, Self)>),
    /// The arguments of a call that have names.
    Keywords(Vec<(Rc<str>, Self)>),
    /// Several expressions in parentheses: the last is the value.
    Group(Vec<Self>),
    Lookup(Box<(Self, Self)>),
    Call {
        callee: Box<Self>,
        arguments: Vec<Self>,
        place: Place,
    },
    Filter {
        name: Rc<str>,
        arguments: Vec<Self>,
        place: Place,
    },
    Test {
        name: Rc<str>,
        arguments: Vec<Self>,
        place: Place,
    },
    In {
        pair: Box<(Self, Self)>,
        place: Place,
    },
    Prefix(Prefix, Box<Self>),
    /// Operands with operators of one strength, taken from left to right.
    Chain {
        first: Box<Self>,
        rest: Vec<(Infix, Self)>,
    },
    FloorDivide(Box<(Self, Self)>),
    Power(Box<(Self, Self)>),
    If(Box<(Self, Self, Option<Self>)>),
    /// What a stretch of template prints.
    Capture(Vec<Node>),
    /// What `{% call %}` hands to the macro it calls.
    Caller(Rc<Macro>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prefix {
    Not,
    Minus,
    Plus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Infix {
    Or,
    And,
    Equal,
    NotEqual,
    Same,
    NotSame,
    Less,
    More,
    LessOrEqual,
    MoreOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
}

impl Infix {
    /// How strongly it binds in JavaScript, from one to six.
    pub fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual | Self::Same | Self::NotSame => 3,
            Self::Less | Self::More | Self::LessOrEqual | Self::MoreOrEqual => 4,
            Self::Plus | Self::Minus => 5,
            Self::Times | Self::Divide | Self::Remainder => 6,
        }
    }

    pub fn comparison(mark: &str) -> Option<Self> {
        Some(match mark {
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "===" => Self::Same,
            "!==" => Self::NotSame,
            "<" => Self::Less,
            ">" => Self::More,
            "<=" => Self::LessOrEqual,
            ">=" => Self::MoreOrEqual,
            _ => return None,
        })
    }
}
