//! Expressions to values.

use std::rc::Rc;

use crate::{
    ast::{Expr, Infix, Prefix},
    error::{Failure, Place},
    filters,
    frame::Frame,
    function::{Cycle, Function, Host},
    member, methods,
    run::Run,
    tests,
    value::{KEYWORDS, Value, ordered},
};

impl Run<'_> {
    pub fn eval(&self, expr: &Expr, frame: &Rc<Frame>) -> Result<Value, Failure> {
        self.work(1)?;
        self.deeper(|| self.eval_here(expr, frame))
    }

    fn eval_here(&self, expr: &Expr, frame: &Rc<Frame>) -> Result<Value, Failure> {
        match expr {
            Expr::Literal(value) => Ok(value.clone()),
            Expr::Symbol(name) => Ok(self.lookup(frame, name)),
            Expr::List(items) => Ok(Value::list(self.all(items, frame)?)),
            Expr::Dict(entries) => self.dict(entries, frame, false),
            Expr::Keywords(entries) => self.dict(entries, frame, true),
            Expr::Group(items) => Ok(self.all(items, frame)?.pop().unwrap_or_default()),
            Expr::Lookup(pair) => Ok(member::lookup(&self.eval(&pair.0, frame)?, &self.eval(&pair.1, frame)?)),
            Expr::Call { callee, arguments, place } => {
                self.call_named(callee, arguments, frame).map_err(|failure| failure.at(*place))
            }
            Expr::Filter { name, arguments, place } => {
                self.filter(name, arguments, frame).map_err(|failure| failure.at(*place))
            }
            Expr::Test { name, arguments, place } => {
                self.test(name, arguments, frame).map_err(|failure| failure.at(*place))
            }
            Expr::In { pair, place } => self.contains(&pair.0, &pair.1, frame, *place),
            Expr::Prefix(prefix, value) => {
                let value = self.eval(value, frame)?;
                Ok(match prefix {
                    Prefix::Not => Value::Bool(!value.is_truthy()),
                    Prefix::Minus => Value::Number(-value.to_number()),
                    Prefix::Plus => Value::Number(value.to_number()),
                })
            }
            Expr::Chain { first, rest } => self.chain(first, rest, frame),
            Expr::FloorDivide(pair) => {
                let (left, right) = (self.eval(&pair.0, frame)?, self.eval(&pair.1, frame)?);
                Ok(Value::Number((left.to_number() / right.to_number()).floor()))
            }
            Expr::Power(pair) => {
                let (left, right) = (self.eval(&pair.0, frame)?, self.eval(&pair.1, frame)?);
                Ok(Value::Number(power(left.to_number(), right.to_number())))
            }
            Expr::If(parts) => self.choose(parts, frame),
            Expr::Capture(nodes) => Ok(Value::text(self.capture(nodes, frame)?)),
            Expr::Caller(definition) => Ok(Value::Function(Rc::new(Function::Macro {
                definition: Rc::clone(definition),
                around: Some(Rc::clone(frame)),
            }))),
        }
    }

    fn all(&self, items: &[Expr], frame: &Rc<Frame>) -> Result<Vec<Value>, Failure> {
        items.iter().map(|item| self.eval(item, frame)).collect()
    }

    fn dict(&self, entries: &[(Rc<str>, Expr)], frame: &Rc<Frame>, keywords: bool) -> Result<Value, Failure> {
        let mut values = Vec::with_capacity(entries.len() + 1);
        for (name, expr) in entries {
            values.push((Rc::clone(name), self.eval(expr, frame)?));
        }
        if keywords {
            values.push((KEYWORDS.into(), Value::Bool(true)));
        }
        Ok(Value::map(values))
    }

    fn choose(
        &self,
        (condition, body, otherwise): &(Expr, Expr, Option<Expr>),
        frame: &Rc<Frame>,
    ) -> Result<Value, Failure> {
        if self.eval(condition, frame)?.is_truthy() {
            return self.eval(body, frame);
        }
        otherwise.as_ref().map_or_else(|| Ok(Value::text("")), |otherwise| self.eval(otherwise, frame))
    }

    fn chain(&self, first: &Expr, rest: &[(Infix, Expr)], frame: &Rc<Frame>) -> Result<Value, Failure> {
        let mut value = self.eval(first, frame)?;
        for (infix, right) in rest {
            self.work(1)?;
            match infix {
                Infix::Or if value.is_truthy() => continue,
                Infix::And if !value.is_truthy() => continue,
                _ => {}
            }
            let right = self.eval(right, frame)?;
            value = match infix {
                Infix::Or | Infix::And => right,
                Infix::Plus => {
                    let size = |value: &Value| value.as_text().map_or(16, |text| text.len());
                    self.room(size(&value) + size(&right))?;
                    value.plus(&right)
                }
                infix => operate(*infix, &value, &right),
            };
        }
        Ok(value)
    }

    fn contains(&self, key: &Expr, container: &Expr, frame: &Rc<Frame>, place: Place) -> Result<Value, Failure> {
        let (key, container) = (self.eval(key, frame)?, self.eval(container, frame)?);
        let found = match &container {
            Value::List(items) => items.borrow().iter().any(|item| item.strictly_equals(&key)),
            Value::Text(text) | Value::Safe(text) => text.contains(&*key.to_text()),
            Value::Map(map) => map.borrow().contains_key(&key.to_text()),
            _ => {
                let message =
                    format!("Cannot use \"in\" operator to search for \"{}\" in unexpected types.", key.to_text());
                return Err(Failure::new(message).at(place));
            }
        };
        Ok(Value::Bool(found))
    }

    fn call_named(&self, callee: &Expr, arguments: &[Expr], frame: &Rc<Frame>) -> Result<Value, Failure> {
        let function = self.eval(callee, frame)?;
        let arguments = self.all(arguments, frame)?;
        match function {
            Value::Function(function) => self.call(&function, arguments),
            other => {
                let why = if other.is_truthy() { "not a function" } else { "undefined or falsey" };
                Err(Failure::new(format!("Unable to call `{}`, which is {why}", said(callee))))
            }
        }
    }

    /// Calls a function with values.
    pub fn call(&self, function: &Function, mut arguments: Vec<Value>) -> Result<Value, Failure> {
        self.work(1)?;
        match function {
            Function::Method { receiver, name } => methods::call(self, receiver, name, &arguments),
            Function::Macro { definition, around } => {
                self.deeper(|| self.call_macro(definition, around.as_ref(), arguments))
            }
            Function::Host(host) => self.call_host(host, &arguments),
            Function::Range => self.range(&arguments),
            Function::Cycler => Ok(Cycle::object(arguments)),
            Function::Joiner => {
                let separator = if arguments.is_empty() { Value::Undefined } else { arguments.swap_remove(0) };
                let separator = if separator.is_truthy() { separator } else { Value::text(",") };
                Ok(Value::Function(Rc::new(Function::Join { separator, used: false.into() })))
            }
            Function::Cycle { state, resets } => Ok(state.step(*resets)),
            Function::Join { separator, used } => {
                Ok(if used.replace(true) { separator.clone() } else { Value::text("") })
            }
        }
    }

    fn call_host(&self, host: &Host, arguments: &[Value]) -> Result<Value, Failure> {
        self.host_call()?;
        let arguments = arguments.iter().map(Value::to_json).collect::<Result<Vec<_>, Failure>>()?;
        let result = host(&arguments).map_err(Failure::new)?;
        Ok(result.as_ref().map_or(Value::Undefined, Value::from))
    }

    fn range(&self, arguments: &[Value]) -> Result<Value, Failure> {
        let number =
            |at: usize| arguments.get(at).filter(|value| !matches!(value, Value::Undefined)).map(Value::to_number);
        let (from, to, step) = match (number(0), number(1)) {
            (Some(to), None) => (0.0, to, 1.0),
            (from, to) => {
                (from.unwrap_or(f64::NAN), to.unwrap_or(f64::NAN), number(2).filter(|step| *step != 0.0).unwrap_or(1.0))
            }
        };
        let mut items = Vec::new();
        let mut at = from;
        while if step > 0.0 { at < to } else { at > to } {
            self.work(1)?;
            items.push(Value::Number(at));
            at += step;
        }
        Ok(Value::list(items))
    }

    fn filter(&self, name: &str, arguments: &[Expr], frame: &Rc<Frame>) -> Result<Value, Failure> {
        let arguments = self.all(arguments, frame)?;
        if let Some(host) = self.environment.filters.get(name) {
            return self.call_host(host, &arguments);
        }
        let value = filters::apply(self, name, arguments)?;
        self.room(value.as_text().map_or(16, |text| text.len()))?;
        Ok(value)
    }

    fn test(&self, name: &str, arguments: &[Expr], frame: &Rc<Frame>) -> Result<Value, Failure> {
        let arguments = self.all(arguments, frame)?;
        Ok(Value::Bool(tests::holds(name, &arguments)?))
    }
}

/// As JavaScript raises: one to a power without a value has none either.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || (exponent.is_infinite() && base.abs() == 1.0) { f64::NAN } else { base.powf(exponent) }
}

fn operate(infix: Infix, left: &Value, right: &Value) -> Value {
    let numbers = || (left.to_number(), right.to_number());
    match infix {
        Infix::Equal => Value::Bool(left.loosely_equals(right)),
        Infix::NotEqual => Value::Bool(!left.loosely_equals(right)),
        Infix::Same => Value::Bool(left.strictly_equals(right)),
        Infix::NotSame => Value::Bool(!left.strictly_equals(right)),
        Infix::Less => Value::Bool(left.order(right).is_some_and(std::cmp::Ordering::is_lt)),
        Infix::More => Value::Bool(left.order(right).is_some_and(std::cmp::Ordering::is_gt)),
        Infix::LessOrEqual => Value::Bool(left.order(right).is_some_and(std::cmp::Ordering::is_le)),
        Infix::MoreOrEqual => Value::Bool(left.order(right).is_some_and(std::cmp::Ordering::is_ge)),
        Infix::Minus => Value::Number(numbers().0 - numbers().1),
        Infix::Times => Value::Number(numbers().0 * numbers().1),
        Infix::Divide => Value::Number(numbers().0 / numbers().1),
        Infix::Remainder => Value::Number(numbers().0 % numbers().1),
        // Decided before both sides are known.
        Infix::Or | Infix::And | Infix::Plus => left.plus(right),
    }
}

/// The callee as messages name it.
fn said(callee: &Expr) -> String {
    match callee {
        Expr::Symbol(name) => name.to_string(),
        Expr::Literal(value) => value.to_text().to_string(),
        Expr::Call { callee, .. } => format!("the return value of ({})", said(callee)),
        Expr::Lookup(pair) => format!("{}[\"{}\"]", said(&pair.0), said(&pair.1)),
        _ => "--expression--".to_owned(),
    }
}

/// Keys of a map in order, for filters that take an object apart.
pub(crate) fn entries(value: &Value) -> Vec<(Rc<str>, Value)> {
    if let Value::Map(map) = value { ordered(&map.borrow()) } else { Vec::new() }
}
