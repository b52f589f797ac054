//! Expressions. Each function is a level of the grammar; what it reads goes to a [`Flat`], since the strength of operators is not the
//! grammar's.

use std::rc::Rc;

use crate::{
    ast::{Expr, Infix, Prefix},
    error::{Failure, Place},
    flat::Flat,
    lexer::Token,
    parser::{MAX_DEPTH, Parser, said},
    regex::Regex,
    value::Value,
};

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Result<Expr, Failure> {
        self.deeper(Self::expression_here)
    }

    fn expression_here(&mut self) -> Result<Expr, Failure> {
        let body = self.or()?;
        if !self.skip_symbol("if")? {
            return Ok(body);
        }
        let condition = self.or()?;
        let otherwise = if self.skip_symbol("else")? { Some(self.or()?) } else { None };
        Ok(Expr::If(Box::new((condition, body, otherwise))))
    }

    fn or(&mut self) -> Result<Expr, Failure> {
        let mut flat = Flat::default();
        self.and(&mut flat)?;
        while self.skip_symbol("or")? {
            flat.infix(Infix::Or);
            self.and(&mut flat)?;
        }
        Ok(flat.reduce())
    }

    fn and(&mut self, flat: &mut Flat) -> Result<(), Failure> {
        self.not(flat)?;
        while self.skip_symbol("and")? {
            flat.infix(Infix::And);
            self.not(flat)?;
        }
        Ok(())
    }

    fn not(&mut self, flat: &mut Flat) -> Result<(), Failure> {
        for _ in 0..MAX_DEPTH {
            if !self.skip_symbol("not")? {
                return self.contained(flat);
            }
            flat.prefix(Prefix::Not);
        }
        self.fail("too many negations in a row")
    }

    /// `a in b`, `a not in b`
    fn contained(&mut self, flat: &mut Flat) -> Result<(), Failure> {
        let mut left = Flat::default();
        self.tested(&mut left)?;
        let place = self.place()?;
        // Only what is asked for membership stands alone; without that, operators go on with what is around.
        let mut negated = self.membership()?;
        if negated.is_none() {
            flat.append(left);
            return Ok(());
        }
        let mut found = left.reduce();
        for _ in 0..MAX_DEPTH {
            let Some(not) = negated else {
                flat.operand(found);
                return Ok(());
            };
            let mut right = Flat::default();
            self.tested(&mut right)?;
            found = Expr::In { pair: Box::new((found, right.reduce())), place };
            if not {
                found = Expr::Prefix(Prefix::Not, Box::new(found));
            }
            negated = self.membership()?;
        }
        self.fail("too many `in` in a row")
    }

    /// Passes `in` (no) or `not in` (yes); nothing when neither is next.
    fn membership(&mut self) -> Result<Option<bool>, Failure> {
        if self.skip_symbol("in")? {
            return Ok(Some(false));
        }
        if !matches!(self.peek()?, Some(Token::Symbol(name)) if name == "not") {
            return Ok(None);
        }
        let Some(not) = self.next()? else { return Ok(None) };
        if self.skip_symbol("in")? {
            return Ok(Some(true));
        }
        self.push(not);
        Ok(None)
    }

    /// `a is b`, `a is not b`
    fn tested(&mut self, flat: &mut Flat) -> Result<(), Failure> {
        let mut left = Flat::default();
        self.compared(&mut left)?;
        let place = self.place()?;
        if !self.skip_symbol("is")? {
            flat.append(left);
            return Ok(());
        }
        let negated = self.skip_symbol("not")?;
        let mut right = Flat::default();
        self.compared(&mut right)?;
        let mut arguments = vec![left.reduce()];
        // nunjucks takes the name of whatever follows, and calls a thing without one "undefined".
        let name: Rc<str> = match right.reduce() {
            Expr::Symbol(name) => name,
            Expr::Literal(value) => value.to_text(),
            Expr::Filter { name, arguments: more, .. } => {
                arguments.extend(more);
                name
            }
            Expr::Call { callee, arguments: more, .. } => {
                arguments.extend(more);
                if let Expr::Symbol(name) = *callee { name } else { "undefined".into() }
            }
            _ => "undefined".into(),
        };
        if negated {
            flat.prefix(Prefix::Not);
        }
        flat.operand(Expr::Test { name, arguments, place });
        Ok(())
    }

    fn compared(&mut self, flat: &mut Flat) -> Result<(), Failure> {
        self.sum(flat)?;
        while let Some(Token::Mark(mark)) = self.peek()? {
            let Some(infix) = Infix::comparison(mark) else { break };
            self.next()?;
            flat.infix(infix);
            self.sum(flat)?;
        }
        Ok(())
    }

    fn sum(&mut self, flat: &mut Flat) -> Result<(), Failure> {
        self.floor_divided(flat)?;
        loop {
            if self.skip_mark("~")? {
                flat.concat();
            } else if self.skip_mark("+")? {
                flat.infix(Infix::Plus);
            } else if self.skip_mark("-")? {
                flat.infix(Infix::Minus);
            } else if self.skip_mark("*")? {
                flat.infix(Infix::Times);
            } else if self.skip_mark("/")? {
                flat.infix(Infix::Divide);
            } else {
                return Ok(());
            }
            self.floor_divided(flat)?;
        }
    }

    fn floor_divided(&mut self, flat: &mut Flat) -> Result<(), Failure> {
        let mut left = Flat::default();
        self.remainder(&mut left)?;
        if !self.skip_mark("//")? {
            flat.append(left);
            return Ok(());
        }
        let mut value = left.reduce();
        for _ in 0..MAX_DEPTH {
            let mut right = Flat::default();
            self.remainder(&mut right)?;
            value = Expr::FloorDivide(Box::new((value, right.reduce())));
            if !self.skip_mark("//")? {
                flat.operand(value);
                return Ok(());
            }
        }
        self.fail("too many `//` in a row")
    }

    fn remainder(&mut self, flat: &mut Flat) -> Result<(), Failure> {
        self.power(flat)?;
        while self.skip_mark("%")? {
            flat.infix(Infix::Remainder);
            self.power(flat)?;
        }
        Ok(())
    }

    fn power(&mut self, flat: &mut Flat) -> Result<(), Failure> {
        let mut value = self.unary(true)?;
        for _ in 0..MAX_DEPTH {
            if !self.skip_mark("**")? {
                flat.operand(value);
                return Ok(());
            }
            value = Expr::Power(Box::new((value, self.unary(true)?)));
        }
        self.fail("too many `**` in a row")
    }

    fn unary(&mut self, filters: bool) -> Result<Expr, Failure> {
        self.count()?;
        let prefix = if self.skip_mark("-")? {
            Some(Prefix::Minus)
        } else if self.skip_mark("+")? {
            Some(Prefix::Plus)
        } else {
            None
        };
        let value = match prefix {
            Some(prefix) => Expr::Prefix(prefix, Box::new(self.deeper(|parser| parser.unary(false))?)),
            None => self.primary()?,
        };
        if filters { self.filters(value) } else { Ok(value) }
    }

    fn filters(&mut self, mut value: Expr) -> Result<Expr, Failure> {
        for _ in 0..MAX_DEPTH {
            let place = self.place()?;
            if !self.skip_mark("|")? {
                return Ok(value);
            }
            let name = self.filter_name()?;
            let mut arguments = vec![value];
            arguments.extend(self.filter_arguments()?);
            value = Expr::Filter { name, arguments, place };
        }
        self.fail("too many filters in a row")
    }

    pub(super) fn filter_name(&mut self) -> Result<Rc<str>, Failure> {
        let mut name = self.symbol("symbol")?.to_string();
        while self.skip_mark(".")? {
            name = format!("{name}.{}", self.symbol("symbol")?);
        }
        Ok(name.into())
    }

    pub(super) fn filter_arguments(&mut self) -> Result<Vec<Expr>, Failure> {
        if self.peek()? == Some(&Token::Mark("(")) { self.arguments() } else { Ok(Vec::new()) }
    }

    pub(super) fn primary(&mut self) -> Result<Expr, Failure> {
        let Some((token, place)) = self.next()? else { return self.fail("expected expression, got end of file") };
        let value = match token {
            Token::Text(text) => Expr::Literal(Value::text(text)),
            Token::Number(number) => Expr::Literal(Value::Number(number)),
            Token::Bool(value) => Expr::Literal(Value::Bool(value)),
            Token::None => Expr::Literal(Value::Null),
            Token::Regex { body, flags } => {
                Expr::Literal(Value::Regex(Rc::new(Regex::new(body, flags).map_err(|failure| failure.at(place))?)))
            }
            Token::Symbol(name) => Expr::Symbol(name.into()),
            Token::Mark("(") => match self.items()? {
                items if items.is_empty() => return Err(Failure::new("unexpected token: )").at(place)),
                mut items if items.len() == 1 => items.remove(0),
                items => Expr::Group(items),
            },
            Token::Mark("[") => Expr::List(self.items()?),
            Token::Mark("{") => Expr::Dict(self.entries()?),
            other => return Err(Failure::new(format!("unexpected token: {}", said(Some(&(other, place))))).at(place)),
        };
        self.postfix(value)
    }

    fn postfix(&mut self, mut value: Expr) -> Result<Expr, Failure> {
        for _ in 0..MAX_DEPTH {
            let place = self.place()?;
            if self.peek()? == Some(&Token::Mark("(")) {
                value = Expr::Call { callee: Box::new(value), arguments: self.arguments()?, place };
            } else if self.skip_mark("[")? {
                let mut items = self.items()?;
                if items.len() != 1 {
                    return Err(Failure::new("invalid index").at(place));
                }
                value = Expr::Lookup(Box::new((value, items.remove(0))));
            } else if self.skip_mark(".")? {
                let place = self.place()?;
                let name = match self.next()? {
                    Some((Token::Symbol(name), _)) => name,
                    other => {
                        return Err(Failure::new(format!(
                            "expected name as lookup value, got {}",
                            said(other.as_ref())
                        ))
                        .at(place));
                    }
                };
                value = Expr::Lookup(Box::new((value, Expr::Literal(Value::text(name)))));
            } else {
                return Ok(value);
            }
        }
        self.fail("too many lookups in a row")
    }

    /// What stands between brackets whose opening one is read. Any closing bracket closes.
    fn items(&mut self) -> Result<Vec<Expr>, Failure> {
        self.separated(Self::expression)
    }

    fn entries(&mut self) -> Result<Vec<(Rc<str>, Expr)>, Failure> {
        self.separated(|parser| {
            let place = parser.place()?;
            let key = parser.primary()?;
            if !parser.skip_mark(":")? {
                return parser.fail("parseAggregate: expected colon after dict key");
            }
            Ok((key_name(key, place)?, parser.expression()?))
        })
    }

    fn separated<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T, Failure>) -> Result<Vec<T>, Failure> {
        let mut items = Vec::new();
        loop {
            match self.peek()? {
                Some(Token::Mark(")" | "]" | "}")) => {
                    self.next()?;
                    return Ok(items);
                }
                None => return self.fail("expected expression, got end of file"),
                _ => {}
            }
            if !items.is_empty() && !self.skip_mark(",")? {
                return self.fail("parseAggregate: expected comma after expression");
            }
            items.push(item(self)?);
        }
    }

    /// The arguments of a call, those with names last as one.
    pub(super) fn arguments(&mut self) -> Result<Vec<Expr>, Failure> {
        if !self.skip_mark("(")? {
            return self.fail("expected arguments");
        }
        let (mut arguments, mut keywords) = (Vec::new(), Vec::new());
        while !self.skip_mark(")")? {
            let is_first = arguments.is_empty() && keywords.is_empty();
            if !is_first && !self.skip_mark(",")? {
                return self.fail("parseSignature: expected comma after expression");
            }
            let place = self.place()?;
            let argument = self.expression()?;
            if self.skip_mark("=")? {
                keywords.push((key_name(argument, place)?, self.expression()?));
            } else {
                arguments.push(argument);
            }
        }
        if !keywords.is_empty() {
            arguments.push(Expr::Keywords(keywords));
        }
        Ok(arguments)
    }
}

fn key_name(key: Expr, place: Place) -> Result<Rc<str>, Failure> {
    match key {
        Expr::Symbol(name) => Ok(name),
        Expr::Literal(Value::Text(text)) => Ok(text),
        _ => Err(Failure::new("Dict keys must be strings or names").at(place)),
    }
}
