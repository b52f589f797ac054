//! Tokens to statements. The grammar is nunjucks's, and so are the reasons for which it refuses a template.

use std::{collections::HashSet, rc::Rc};

use crate::{
    ast::{Expr, For, Macro, Node},
    error::{Error, Failure, Place},
    lexer::{Lexer, Syntax, Token},
};

/// Source longer than this is refused, in bytes.
const MAX_SOURCE: usize = 4 << 20;
/// Statements and expressions nest at most this deep.
pub(super) const MAX_DEPTH: usize = 100;
/// A template has at most this many statements and expressions.
const MAX_NODES: usize = 1_000_000;

pub(crate) struct Parser<'a> {
    lexer: Lexer<'a>,
    peeked: Option<Option<(Token, Place)>>,
    pushed: Vec<(Token, Place)>,
    /// The last block or variable ended with a minus sign.
    trims: bool,
    depth: usize,
    nodes: usize,
    blocks: HashSet<Rc<str>>,
}

/// A template taken apart.
pub(crate) fn parse(source: &str, syntax: &Syntax) -> Result<Vec<Node>, Error> {
    if source.len() > MAX_SOURCE {
        return Err(Failure::new(format!("a template may have at most {MAX_SOURCE} bytes")).into());
    }
    let mut parser = Parser {
        lexer: Lexer::new(source, syntax),
        peeked: None,
        pushed: Vec::new(),
        trims: false,
        depth: 0,
        nodes: 0,
        blocks: HashSet::new(),
    };
    Ok(parser.nodes(&[])?)
}

impl Parser<'_> {
    pub(super) fn next(&mut self) -> Result<Option<(Token, Place)>, Failure> {
        if let Some(token) = self.pushed.pop() {
            return Ok(Some(token));
        }
        match self.peeked.take() {
            Some(token) => Ok(token),
            None => self.lexer.next(),
        }
    }

    fn head(&mut self) -> Result<Option<&(Token, Place)>, Failure> {
        if self.pushed.is_empty() && self.peeked.is_none() {
            self.peeked = Some(self.lexer.next()?);
        }
        Ok(self.pushed.last().or_else(|| self.peeked.as_ref()?.as_ref()))
    }

    pub(super) fn peek(&mut self) -> Result<Option<&Token>, Failure> {
        Ok(self.head()?.map(|(token, _)| token))
    }

    pub(super) fn push(&mut self, token: (Token, Place)) {
        self.pushed.push(token);
    }

    /// Where the next token is.
    pub(super) fn place(&mut self) -> Result<Place, Failure> {
        Ok(self.head()?.map(|(_, place)| *place).unwrap_or_default())
    }

    pub(super) fn skip(&mut self, wanted: &Token) -> Result<bool, Failure> {
        let found = self.peek()? == Some(wanted);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    pub(super) fn skip_mark(&mut self, mark: &'static str) -> Result<bool, Failure> {
        self.skip(&Token::Mark(mark))
    }

    pub(super) fn skip_symbol(&mut self, symbol: &str) -> Result<bool, Failure> {
        let found = self.is_symbol(symbol)?;
        if found {
            self.next()?;
        }
        Ok(found)
    }

    fn is_symbol(&mut self, symbol: &str) -> Result<bool, Failure> {
        Ok(matches!(self.peek()?, Some(Token::Symbol(name)) if name == symbol))
    }

    pub(super) fn symbol(&mut self, what: &str) -> Result<Rc<str>, Failure> {
        let place = self.place()?;
        match self.next()? {
            Some((Token::Symbol(name), _)) => Ok(name.into()),
            other => Err(Failure::new(format!("expected {what}, got {}", said(other.as_ref()))).at(place)),
        }
    }

    pub(super) fn fail<T>(&mut self, message: impl Into<String>) -> Result<T, Failure> {
        let place = self.place()?;
        Err(Failure::new(message).at(place))
    }

    /// Runs a part of the grammar one level deeper.
    pub(super) fn deeper<T>(&mut self, part: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        if self.depth == MAX_DEPTH {
            return self.fail(format!("a template may nest {MAX_DEPTH} levels deep"));
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    pub(super) fn count(&mut self) -> Result<(), Failure> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return self.fail(format!("a template may have {MAX_NODES} parts"));
        }
        Ok(())
    }

    fn block_end(&mut self, tag: &str) -> Result<(), Failure> {
        match self.peek()? {
            Some(Token::BlockEnd { trim }) => {
                // Text after a tag keeps what an earlier tag asked for.
                self.trims |= *trim;
                self.next()?;
                Ok(())
            }
            _ => self.fail(format!("expected block end in {tag} statement")),
        }
    }

    /// Passes the tag that the body stopped at.
    fn end_tag(&mut self) -> Result<(), Failure> {
        let Some(Token::Symbol(name)) = self.peek()?.cloned() else { return self.fail("unexpected end of file") };
        self.next()?;
        self.block_end(&name)
    }

    /// Everything until a tag of one of these names, which is left to be read, or until the end.
    fn nodes(&mut self, until: &[&str]) -> Result<Vec<Node>, Failure> {
        self.deeper(|parser| parser.nodes_here(until))
    }

    fn nodes_here(&mut self, until: &[&str]) -> Result<Vec<Node>, Failure> {
        let mut nodes = Vec::new();
        while let Some((token, place)) = self.next()? {
            self.count()?;
            match token {
                Token::Data(data) => {
                    let mut data = data.as_str();
                    if std::mem::take(&mut self.trims) {
                        data = data.trim_start();
                    }
                    let trims_end = match self.peek()? {
                        Some(Token::BlockStart { trim } | Token::VariableStart { trim }) => *trim,
                        Some(Token::Comment(comment)) => comment.as_bytes().get(2) == Some(&b'-'),
                        _ => false,
                    };
                    if trims_end {
                        data = data.trim_end();
                    }
                    nodes.push(Node::Data(data.into()));
                }
                Token::Comment(comment) => self.trims = comment.ends_with("-#}"),
                Token::VariableStart { .. } => {
                    let expr = self.expression()?;
                    self.trims = false;
                    match self.peek()? {
                        Some(Token::VariableEnd { trim }) => {
                            self.trims = *trim;
                            self.next()?;
                        }
                        _ => return self.fail("expected variable end"),
                    }
                    nodes.push(Node::Print(expr));
                }
                Token::BlockStart { .. } => {
                    self.trims = false;
                    let Some(Token::Symbol(tag)) = self.peek()?.cloned() else { return self.fail("tag name expected") };
                    if until.contains(&tag.as_str()) {
                        break;
                    }
                    self.next()?;
                    nodes.push(self.statement(&tag, place)?);
                }
                other => {
                    return Err(
                        Failure::new(format!("unexpected {} outside of tags", said(Some(&(other, place))))).at(place)
                    );
                }
            }
        }
        Ok(nodes)
    }

    fn statement(&mut self, tag: &str, place: Place) -> Result<Node, Failure> {
        match tag {
            "raw" | "verbatim" => {
                self.block_end(tag)?;
                Ok(Node::Data(self.lexer.raw(tag).unwrap_or_default().into()))
            }
            "if" | "ifAsync" => self.conditions(),
            "for" => self.loops(tag, "endfor", place),
            "asyncEach" => self.loops(tag, "endeach", place),
            "asyncAll" => self.loops(tag, "endall", place),
            "set" => self.set(),
            "macro" => self.definition(),
            "call" => self.call(),
            "filter" => self.filtered(place),
            "switch" => self.switch(),
            "block" => self.block(),
            "extends" | "include" | "import" | "from" => self.other(tag, place),
            _ => Err(Failure::new(format!("unknown block tag: {tag}")).at(place)),
        }
    }

    fn conditions(&mut self) -> Result<Node, Failure> {
        let mut branches = Vec::new();
        loop {
            let condition = self.expression()?;
            self.block_end("if")?;
            branches.push((Some(condition), self.nodes(&["elif", "elseif", "else", "endif"])?));
            if self.skip_symbol("elif")? || self.skip_symbol("elseif")? {
                continue;
            }
            if self.is_symbol("else")? {
                self.end_tag()?;
                branches.push((None, self.nodes(&["endif"])?));
            }
            if !self.is_symbol("endif")? {
                return self.fail("parseIf: expected elif, else, or endif, got end of file");
            }
            self.end_tag()?;
            return Ok(Node::If(branches));
        }
    }

    fn loops(&mut self, tag: &str, end: &str, place: Place) -> Result<Node, Failure> {
        let mut names = vec![self.symbol("variable name for the loop")?];
        while self.skip_mark(",")? {
            names.push(self.symbol("variable name for the loop")?);
        }
        if !self.skip_symbol("in")? {
            return self.fail("parseFor: expected \"in\" keyword for loop");
        }
        let items = self.expression()?;
        self.block_end(tag)?;
        let body = self.nodes(&[end, "else"])?;
        let mut otherwise = Vec::new();
        if self.is_symbol("else")? {
            self.end_tag()?;
            otherwise = self.nodes(&[end])?;
        }
        self.end_tag()?;
        Ok(Node::For(Box::new(For { names, items, body, otherwise, place })))
    }

    fn set(&mut self) -> Result<Node, Failure> {
        let mut targets = vec![self.symbol("variable name")?];
        while self.skip_mark(",")? {
            targets.push(self.symbol("variable name")?);
        }
        let value = if self.skip_mark("=")? {
            let value = self.expression()?;
            self.block_end("set")?;
            value
        } else {
            // What a block begins with keeps its white space, minus sign or not.
            if !matches!(self.peek()?, Some(Token::BlockEnd { .. })) {
                return self.fail("parseSet: expected = or block end in set tag");
            }
            self.next()?;
            let body = self.nodes(&["endset"])?;
            self.end_tag()?;
            Expr::Capture(body)
        };
        Ok(Node::Set { targets, value })
    }

    fn definition(&mut self) -> Result<Node, Failure> {
        let name = self.symbol("a name for the macro")?;
        let arguments = self.arguments()?;
        self.block_end("macro")?;
        let body = self.nodes(&["endmacro"])?;
        self.end_tag()?;
        Ok(Node::Macro(Rc::new(self.macro_of(name, arguments, body)?)))
    }

    fn macro_of(&mut self, name: Rc<str>, arguments: Vec<Expr>, body: Vec<Node>) -> Result<Macro, Failure> {
        let mut result = Macro { name, arguments: Vec::new(), defaults: Vec::new(), body };
        for argument in arguments {
            match argument {
                Expr::Symbol(name) => result.arguments.push(name),
                Expr::Keywords(defaults) => result.defaults = defaults,
                _ => return self.fail("the arguments of a macro are names"),
            }
        }
        Ok(result)
    }

    fn call(&mut self) -> Result<Node, Failure> {
        let own = if self.peek()? == Some(&Token::Mark("(")) { self.arguments()? } else { Vec::new() };
        let Expr::Call { callee, mut arguments, place } = self.primary()? else {
            return self.fail("expected a call of a macro");
        };
        self.block_end("call")?;
        let body = self.nodes(&["endcall"])?;
        self.end_tag()?;
        let caller = ("caller".into(), Expr::Caller(Rc::new(self.macro_of("caller".into(), own, body)?)));
        match arguments.last_mut() {
            Some(Expr::Keywords(keywords)) => keywords.push(caller),
            _ => arguments.push(Expr::Keywords(vec![caller])),
        }
        Ok(Node::Print(Expr::Call { callee, arguments, place }))
    }

    fn filtered(&mut self, place: Place) -> Result<Node, Failure> {
        let name = self.filter_name()?;
        let mut arguments = self.filter_arguments()?;
        self.block_end("filter")?;
        let body = self.nodes(&["endfilter"])?;
        self.end_tag()?;
        arguments.insert(0, Expr::Capture(body));
        Ok(Node::Print(Expr::Filter { name, arguments, place }))
    }

    fn switch(&mut self) -> Result<Node, Failure> {
        let value = self.expression()?;
        self.block_end("switch")?;
        let ends = ["case", "default", "endswitch"];
        // What stands before the first case is dropped.
        self.nodes(&ends)?;
        let mut cases = Vec::new();
        loop {
            self.skip_symbol("case")?;
            let case = self.expression()?;
            self.block_end("switch")?;
            cases.push((case, self.nodes(&ends)?));
            if !self.is_symbol("case")? {
                break;
            }
        }
        let mut default = Vec::new();
        if self.is_symbol("default")? {
            self.end_tag()?;
            default = self.nodes(&["endswitch"])?;
        }
        self.end_tag()?;
        Ok(Node::Switch { value, cases, default })
    }

    fn block(&mut self) -> Result<Node, Failure> {
        let name = self.symbol("variable name for the block")?;
        if !self.blocks.insert(Rc::clone(&name)) {
            return self.fail(format!("Block \"{name}\" defined more than once."));
        }
        self.block_end("block")?;
        let body = self.nodes(&["endblock"])?;
        self.skip_symbol("endblock")?;
        self.skip_symbol(&name)?;
        self.block_end("endblock")?;
        Ok(Node::Block(body))
    }

    /// A tag that names another template. What else it says matters only to templates that can be found.
    fn other(&mut self, tag: &str, place: Place) -> Result<Node, Failure> {
        let template = self.expression()?;
        let optional = tag == "include" && self.skip_symbol("ignore")? && self.skip_symbol("missing")?;
        while !matches!(self.peek()?, Some(Token::BlockEnd { .. }) | None) {
            self.next()?;
        }
        self.block_end(tag)?;
        Ok(Node::Other { template, optional, place })
    }
}

/// A token as messages name it.
pub(super) fn said(token: Option<&(Token, Place)>) -> String {
    match token.map(|(token, _)| token) {
        None => "end of file".to_owned(),
        Some(Token::Mark(mark)) => (*mark).to_owned(),
        Some(Token::Symbol(name) | Token::Text(name)) => name.clone(),
        Some(Token::Number(number)) => number.to_string(),
        Some(Token::Bool(value)) => value.to_string(),
        Some(Token::None) => "none".to_owned(),
        Some(Token::BlockEnd { .. }) => "block end".to_owned(),
        Some(Token::VariableEnd { .. }) => "variable end".to_owned(),
        Some(Token::Regex { .. }) => "regex".to_owned(),
        Some(Token::BlockStart { .. } | Token::VariableStart { .. } | Token::Data(_) | Token::Comment(_)) => {
            "text".to_owned()
        }
    }
}
