//! The language of software templates: nunjucks, with the values, the truth and the methods of JavaScript. Text in, text or a value
//! out, within limits; no input or output of its own. What it promises is in section 3 of the scaffolder's contract.
//!
//! A template is read into tokens ([`lexer`]), put together ([`parser`]) and run ([`run`]).

mod ast;
mod error;
mod eval;
mod filters;
mod flat;
mod frame;
mod function;
mod lexer;
mod member;
mod methods;
mod parse_expr;
mod parser;
mod regex;
mod run;
mod tests;
mod text;
mod value;

use std::collections::HashMap;

use serde_json::Value as Json;

use ast::Node;
use frame::Frame;
use run::Run;
use value::{Map, Value};

pub use error::Error;
pub use function::Host;
pub use lexer::Syntax;

/// What templates are rendered with: how they are written, and what the program adds to the language.
pub struct Environment {
    syntax: Syntax,
    strict: bool,
    filters: HashMap<String, Host>,
    functions: HashMap<String, Host>,
    seed: u64,
}

impl Environment {
    #[must_use]
    pub fn new(syntax: Syntax) -> Self {
        Self { syntax, strict: false, filters: HashMap::new(), functions: HashMap::new(), seed: 0 }
    }

    /// Makes printing what is not there an error.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// What `random` chooses by: the language has no chance of its own, so the same seed gives the same text.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Adds a filter, or puts it in the place of one that every template has.
    #[must_use]
    pub fn filter(mut self, name: &str, filter: Host) -> Self {
        self.filters.insert(name.to_owned(), filter);
        self
    }

    /// Adds a function that templates call by name.
    #[must_use]
    pub fn function(mut self, name: &str, function: Host) -> Self {
        self.functions.insert(name.to_owned(), function);
        self
    }

    /// Renders a template to text. The context is an object whose entries are the template's variables.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the template, or with what it does to the context, and where; also when it passes a limit.
    pub fn render(&self, template: &str, context: &Json) -> Result<String, Error> {
        let nodes = parser::parse(template, &self.syntax)?;
        Ok(self.run(context).capture(&nodes, &Frame::top())?)
    }

    /// Renders a template that stands for a value: one that is a single expression keeps the type of it, any other gives its text.
    /// Nothing stands for undefined, which an empty text is too.
    ///
    /// # Errors
    ///
    /// As for [`Environment::render`].
    pub fn evaluate(&self, template: &str, context: &Json) -> Result<Option<Json>, Error> {
        let nodes = parser::parse(template, &self.syntax)?;
        if let [Node::Print(expr)] = nodes.as_slice() {
            return Ok(self.run(context).only(expr)?.to_json()?);
        }
        let text = self.run(context).capture(&nodes, &Frame::top())?;
        Ok((!text.is_empty()).then_some(Json::String(text)))
    }

    fn run(&self, context: &Json) -> Run<'_> {
        let entries = context.as_object().into_iter().flatten();
        let context: Map = entries.map(|(name, value)| (name.as_str().into(), Value::from(value))).collect();
        Run::new(self, context)
    }

    fn random(&self) -> impl rand::Rng {
        <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(self.seed)
    }
}
