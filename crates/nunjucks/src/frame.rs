//! Variables of a stretch of template. Loops and macros push a frame; a name is looked for outwards.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use crate::value::Value;

struct Variable {
    value: Value,
    /// A name of a loop or an argument: it hides what is around it even without a value.
    hides: bool,
}

impl Variable {
    fn is_found(&self) -> bool {
        self.hides || !matches!(self.value, Value::Undefined)
    }
}

#[derive(Default)]
pub(crate) struct Frame {
    variables: RefCell<HashMap<Rc<str>, Variable>>,
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

    pub fn lookup(&self, name: &str) -> Option<Value> {
        let mut frame = Some(self);
        while let Some(here) = frame {
            if let Some(variable) = here.variables.borrow().get(name).filter(|variable| variable.is_found()) {
                return Some(variable.value.clone());
            }
            frame = here.parent.as_deref();
        }
        None
    }

    /// Makes a variable here.
    pub fn define(&self, name: &Rc<str>, value: Value) {
        self.variables.borrow_mut().insert(Rc::clone(name), Variable { value, hides: false });
    }

    /// Gives a name of a loop or an argument its value.
    pub fn bind(&self, name: &Rc<str>, value: Value) {
        self.variables.borrow_mut().insert(Rc::clone(name), Variable { value, hides: true });
    }

    /// Changes the variable where it is, or makes it here.
    pub fn set(&self, name: &Rc<str>, value: Value) {
        let mut frame = self;
        loop {
            if let Some(variable) = frame.variables.borrow_mut().get_mut(name).filter(|variable| variable.is_found()) {
                variable.value = value;
                return;
            }
            match frame.parent.as_deref().filter(|_| !frame.isolates) {
                Some(parent) => frame = parent,
                None => return self.define(name, value),
            }
        }
    }
}
