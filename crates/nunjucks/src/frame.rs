//! Variables of a stretch of template. Loops and macros push a frame; a name is looked for outwards.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use crate::value::Value;

#[derive(Default)]
pub(crate) struct Frame {
    variables: RefCell<HashMap<Rc<str>, Value>>,
    parent: Option<Rc<Self>>,
    /// What is set in here stays in here.
    isolates: bool,
    /// What is set in here is set for the whole template, macros too.
    pub is_top: bool,
}

impl Frame {
    pub fn top() -> Rc<Self> {
        Rc::new(Self { is_top: true, ..Self::default() })
    }

    pub fn within(parent: Option<&Rc<Self>>, isolates: bool) -> Rc<Self> {
        Rc::new(Self { parent: parent.cloned(), isolates, ..Self::default() })
    }

    pub fn lookup(&self, name: &str) -> Value {
        let mut frame = Some(self);
        while let Some(here) = frame {
            if let Some(value) = here.variables.borrow().get(name).filter(|value| !matches!(value, Value::Undefined)) {
                return value.clone();
            }
            frame = here.parent.as_deref();
        }
        Value::Undefined
    }

    pub fn define(&self, name: &Rc<str>, value: Value) {
        self.variables.borrow_mut().insert(Rc::clone(name), value);
    }

    /// Changes the variable where it is, or makes it here.
    pub fn set(&self, name: &Rc<str>, value: Value) {
        let mut frame = self;
        loop {
            let has = frame.variables.borrow().get(name).is_some_and(|value| !matches!(value, Value::Undefined));
            if has {
                return frame.define(name, value);
            }
            match frame.parent.as_deref().filter(|_| !frame.isolates) {
                Some(parent) => frame = parent,
                None => return self.define(name, value),
            }
        }
    }
}
