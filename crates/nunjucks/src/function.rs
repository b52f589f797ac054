//! What a template can call.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    sync::Arc,
};

use serde_json::Value as Json;

use crate::{
    ast::Macro,
    frame::Frame,
    value::{Map, Value},
};

/// A filter or function that the program adds: JSON in, JSON out, or what is wrong with the arguments. Nothing stands for undefined.
pub type Host = Arc<dyn Fn(&[Option<Json>]) -> Result<Option<Json>, String> + Send + Sync>;

pub(crate) enum Function {
    /// A method of a value, not called yet.
    Method {
        receiver: Value,
        name: Rc<str>,
    },
    /// A macro; `{% call %}` sees the variables around it, others do not.
    Macro {
        definition: Rc<Macro>,
        around: Option<Rc<Frame>>,
    },
    Host(Host),
    Range,
    Cycler,
    Joiner,
    /// `next` or `reset` of a cycler.
    Cycle {
        state: Rc<Cycle>,
        resets: bool,
    },
    /// Nothing the first time, then the separator.
    Join {
        separator: Value,
        used: Cell<bool>,
    },
}

pub(crate) struct Cycle {
    items: Vec<Value>,
    at: Cell<usize>,
    object: Weak<RefCell<Map>>,
}

impl Cycle {
    /// The object `{current, next, reset}` over these items.
    pub fn object(items: Vec<Value>) -> Value {
        let object = Rc::new(RefCell::new(Map::new()));
        let state = Rc::new(Self { items, at: Cell::new(0), object: Rc::downgrade(&object) });
        let method = |resets| Value::Function(Rc::new(Function::Cycle { state: Rc::clone(&state), resets }));
        object.borrow_mut().extend([
            ("current".into(), Value::Null),
            ("reset".into(), method(true)),
            ("next".into(), method(false)),
        ]);
        Value::Map(object)
    }

    pub fn step(&self, resets: bool) -> Value {
        let (current, result) = if resets {
            self.at.set(0);
            (Value::Null, Value::Undefined)
        } else {
            let item = self.items.get(self.at.get()).cloned().unwrap_or_default();
            self.at.set(if self.at.get() + 1 >= self.items.len() { 0 } else { self.at.get() + 1 });
            (item.clone(), item)
        };
        if let Some(object) = self.object.upgrade() {
            object.borrow_mut().insert("current".into(), current);
        }
        result
    }
}
