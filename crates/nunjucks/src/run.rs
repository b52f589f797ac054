//! One rendering: statements to text, under limits.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use crate::{
    Environment,
    ast::{Expr, For, Macro, Node},
    error::Failure,
    frame::Frame,
    function::{Function, Host},
    member,
    value::{KEYWORDS, Map, Value, ordered},
};

/// Steps one rendering may take.
const MAX_WORK: usize = 1_000_000;
/// What one rendering may print, in bytes.
const MAX_OUTPUT: usize = 16 << 20;
/// What values made on the way may take together, in bytes, roughly.
const MAX_SCRATCH: usize = 64 << 20;
/// Macros, loops and expressions inside one another.
const MAX_DEPTH: usize = 200;
/// Calls of what the program adds.
const MAX_HOST_CALLS: usize = 4096;

pub(crate) struct Run<'a> {
    pub environment: &'a Environment,
    context: RefCell<Map>,
    work: Cell<usize>,
    printed: Cell<usize>,
    scratch: Cell<usize>,
    depth: Cell<usize>,
    host_calls: Cell<usize>,
}

impl<'a> Run<'a> {
    pub fn new(environment: &'a Environment, context: Map) -> Self {
        Self {
            environment,
            context: RefCell::new(context),
            work: Cell::new(0),
            printed: Cell::new(0),
            scratch: Cell::new(0),
            depth: Cell::new(0),
            host_calls: Cell::new(0),
        }
    }

    /// Takes a step; refuses the one too many.
    pub fn work(&self, steps: usize) -> Result<(), Failure> {
        spend(&self.work, steps, MAX_WORK, "steps")
    }

    /// Makes room for a value of so many bytes before it is made.
    pub fn room(&self, bytes: usize) -> Result<(), Failure> {
        spend(&self.scratch, bytes, MAX_SCRATCH, "bytes of values")
    }

    pub fn host_call(&self) -> Result<(), Failure> {
        spend(&self.host_calls, 1, MAX_HOST_CALLS, "calls of added functions")
    }

    /// Runs a part one level deeper.
    pub fn deeper<T>(&self, part: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        if self.depth.get() >= MAX_DEPTH {
            return Err(Failure::new(format!("the template goes more than {MAX_DEPTH} levels deep")));
        }
        self.depth.set(self.depth.get() + 1);
        let result = part();
        self.depth.set(self.depth.get() - 1);
        result
    }

    /// A variable, by frame, then context, then what is there always.
    pub fn lookup(&self, frame: &Frame, name: &str) -> Value {
        if let Some(value) = frame.lookup(name) {
            return value;
        }
        if let Some(value) = self.context.borrow().get(name) {
            return value.clone();
        }
        let function = match name {
            "range" => Function::Range,
            "cycler" => Function::Cycler,
            "joiner" => Function::Joiner,
            _ => match self.environment.functions.get(name) {
                Some(host) => Function::Host(Host::clone(host)),
                None => return Value::Undefined,
            },
        };
        Value::Function(Rc::new(function))
    }

    pub fn nodes(&self, nodes: &[Node], frame: &Rc<Frame>, out: &mut String) -> Result<(), Failure> {
        self.deeper(|| nodes.iter().try_for_each(|node| self.node(node, frame, out)))
    }

    fn print(&self, text: &str, out: &mut String) -> Result<(), Failure> {
        spend(&self.printed, text.len(), MAX_OUTPUT, "bytes of output")?;
        out.push_str(text);
        Ok(())
    }

    fn node(&self, node: &Node, frame: &Rc<Frame>, out: &mut String) -> Result<(), Failure> {
        self.work(1)?;
        match node {
            Node::Data(data) => self.print(data, out),
            Node::Print(expr) => {
                let value = self.eval(expr, frame)?;
                if self.environment.strict && value.is_nothing() {
                    return Err(Failure::new("attempted to output null or undefined value"));
                }
                self.print(&value.printed(), out)
            }
            Node::If(branches) => {
                for (condition, body) in branches {
                    let holds = condition
                        .as_ref()
                        .map_or(Ok(true), |condition| Ok(self.eval(condition, frame)?.is_truthy()))?;
                    if holds {
                        return self.nodes(body, frame, out);
                    }
                }
                Ok(())
            }
            Node::For(node) => self.repeat(node, frame, out),
            Node::Set { targets, value } => {
                let value = self.eval(value, frame)?;
                for name in targets {
                    self.assign(name, value.clone(), frame);
                }
                Ok(())
            }
            Node::Macro(definition) => {
                let function = Function::Macro { definition: Rc::clone(definition), around: None };
                let value = Value::Function(Rc::new(function));
                frame.define(&definition.name, value.clone());
                if frame.is_top {
                    self.context.borrow_mut().insert(Rc::clone(&definition.name), value);
                }
                Ok(())
            }
            Node::Block(body) => self.nodes(body, &Frame::within(Some(frame), true), out),
            Node::Switch { value, cases, default } => {
                let value = self.eval(value, frame)?;
                let mut falls = false;
                for (case, body) in cases {
                    falls = falls || self.eval(case, frame)?.strictly_equals(&value);
                    // A case without a body falls through to the next one.
                    if falls && !body.is_empty() {
                        return self.nodes(body, frame, out);
                    }
                }
                self.nodes(default, frame, out)
            }
            Node::Other { template, optional, place } => {
                let name = self.eval(template, frame)?;
                if *optional {
                    return Ok(());
                }
                Err(Failure::new(format!("template not found: {}", name.to_text())).at(*place))
            }
        }
    }

    fn assign(&self, name: &Rc<str>, value: Value, frame: &Rc<Frame>) {
        frame.set(name, value.clone());
        if frame.is_top {
            self.context.borrow_mut().insert(Rc::clone(name), value);
        }
    }

    fn repeat(&self, node: &For, around: &Rc<Frame>, out: &mut String) -> Result<(), Failure> {
        let frame = Frame::within(Some(around), false);
        let items = self.eval(&node.items, &frame)?;
        let pair = |key: Rc<str>, value: Value| Value::list([Value::Text(key), value]);
        let items = match &items {
            Value::List(items) => Rc::clone(items),
            Value::Map(map) if node.names.len() > 1 => {
                Rc::new(RefCell::new(ordered(&map.borrow()).into_iter().map(|(key, value)| pair(key, value)).collect()))
            }
            // A text is taken for an object whose keys are its places.
            text if node.names.len() > 1 => {
                let places = elements(text).into_iter().enumerate();
                Rc::new(RefCell::new(places.map(|(at, char)| pair(at.to_string().into(), char)).collect()))
            }
            text => Rc::new(RefCell::new(elements(text))),
        };
        let length = items.borrow().len();
        if length == 0 {
            // The names hide what is around the loop here too.
            node.names.iter().for_each(|name| frame.bind(name, Value::Undefined));
            return self.nodes(&node.otherwise, &frame, out);
        }
        let mut at = 0;
        // The body may change the list it goes over.
        while let Some(item) = { items.borrow().get(at).cloned() } {
            self.work(1)?;
            match node.names.as_slice() {
                [name] => frame.bind(name, item),
                _ if item.is_nothing() => {
                    return Err(Failure::new("cannot take apart what is not there").at(node.place));
                }
                names => names
                    .iter()
                    .enumerate()
                    .for_each(|(at, name)| frame.bind(name, member::lookup(&item, &Value::count(at)))),
            }
            frame.define(&"loop".into(), position(at, length));
            self.nodes(&node.body, &frame, out)?;
            at += 1;
        }
        Ok(())
    }

    /// What a stretch of template prints, as a text.
    pub fn capture(&self, nodes: &[Node], frame: &Rc<Frame>) -> Result<String, Failure> {
        let mut out = String::new();
        self.nodes(nodes, frame, &mut out)?;
        Ok(out)
    }

    /// Calls a macro: positions fill arguments, then defaults; names fill whatever is left.
    pub fn call_macro(
        &self,
        definition: &Macro,
        around: Option<&Rc<Frame>>,
        mut arguments: Vec<Value>,
    ) -> Result<Value, Failure> {
        let frame = Frame::within(around, true);
        let named = take_keywords(&mut arguments);
        let given = |name: &Rc<str>| named.as_ref().and_then(|named| named.borrow().get(name).cloned());
        if let Some(caller) = given(&"caller".into()) {
            frame.define(&"caller".into(), caller);
        }
        let mut values = arguments.into_iter();
        for name in &definition.arguments {
            let value = values.next().or_else(|| given(name)).unwrap_or_default();
            frame.bind(name, value);
        }
        for (name, default) in &definition.defaults {
            let value = match values.next().or_else(|| given(name)) {
                Some(value) => value,
                None => self.eval(default, &frame)?,
            };
            frame.bind(name, value);
        }
        Ok(Value::Safe(self.capture(&definition.body, &frame)?.into()))
    }

    /// An expression with a name for its values: what `evaluate` gives for a template that is one expression.
    pub fn only(&self, expr: &Expr) -> Result<Value, Failure> {
        self.eval(expr, &Frame::top())
    }
}

/// The keyword arguments of a call, taken off its arguments.
pub(crate) fn take_keywords(arguments: &mut Vec<Value>) -> Option<Rc<RefCell<Map>>> {
    let Some(Value::Map(map)) = arguments.last() else { return None };
    if !map.borrow().contains_key(KEYWORDS) {
        return None;
    }
    let map = Rc::clone(map);
    arguments.pop();
    Some(map)
}

/// What a loop goes over.
pub(crate) fn elements(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.borrow().clone(),
        Value::Text(text) | Value::Safe(text) => text.chars().map(|char| Value::text(char.to_string())).collect(),
        _ => Vec::new(),
    }
}

fn position(at: usize, length: usize) -> Value {
    let entries = [
        ("index", Value::count(at + 1)),
        ("index0", Value::count(at)),
        ("revindex", Value::count(length.saturating_sub(at))),
        ("revindex0", Value::count(length.saturating_sub(at + 1))),
        ("first", Value::Bool(at == 0)),
        ("last", Value::Bool(at + 1 == length)),
        ("length", Value::count(length)),
    ];
    Value::map(entries.map(|(name, value)| (name.into(), value)))
}

fn spend(counter: &Cell<usize>, amount: usize, limit: usize, what: &str) -> Result<(), Failure> {
    counter.set(counter.get().saturating_add(amount));
    if counter.get() > limit {
        return Err(Failure::new(format!("the template needs more than {limit} {what}")));
    }
    Ok(())
}
