//! Templates to tokens. Text outside of code is one token; inside, the rules are those of nunjucks, oddities included: whichever tag
//! began, both `%}` and the end of a variable end the code, and any run of other characters is a name.

use crate::error::{Failure, Place};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// Text outside of code.
    Data(String),
    /// A comment with its delimiters, because they may ask to trim what is beside it.
    Comment(String),
    BlockStart {
        trim: bool,
    },
    BlockEnd {
        trim: bool,
    },
    VariableStart {
        trim: bool,
    },
    VariableEnd {
        trim: bool,
    },
    Text(String),
    Number(f64),
    Bool(bool),
    None,
    Regex {
        body: String,
        flags: String,
    },
    Symbol(String),
    /// Brackets, operators, commas, colons, pipes.
    Mark(&'static str),
}

/// How templates are written down.
#[derive(Debug, Clone)]
pub struct Syntax {
    pub variable_start: &'static str,
    /// A line break right after a block tag is dropped.
    pub trim_blocks: bool,
    /// White space between the start of a line and a block tag is dropped.
    pub lstrip_blocks: bool,
}

impl Syntax {
    /// `${{ … }}`, as software templates write expressions.
    pub const TEMPLATE: Self = Self { variable_start: "${{", trim_blocks: false, lstrip_blocks: false };
    /// `{{ … }}`, as cookiecutter and nunjucks itself do.
    pub const COOKIECUTTER: Self = Self { variable_start: "{{", trim_blocks: false, lstrip_blocks: false };
}

const VARIABLE_END: &str = "}}";
const BLOCK_START: &str = "{%";
const BLOCK_END: &str = "%}";
const COMMENT_START: &str = "{#";
const COMMENT_END: &str = "#}";

/// The marks, longest first where one begins another.
const MARKS: [&str; 29] = [
    "===", "!==", "==", "!=", "<=", ">=", "//", "**", "(", ")", "[", "]", "{", "}", "%", "*", "-", "+", "~", "/", "#",
    ",", ":", "|", ".", "<", ">", "=", "!",
];

const SPACES: [char; 5] = [' ', '\n', '\t', '\r', '\u{a0}'];

pub(crate) struct Lexer<'a> {
    source: &'a str,
    syntax: &'a Syntax,
    at: usize,
    place: Place,
    in_code: bool,
}

impl<'a> Lexer<'a> {
    pub fn new(source: &'a str, syntax: &'a Syntax) -> Self {
        Self { source, syntax, at: 0, place: Place::default(), in_code: false }
    }

    /// The next token that is no white space of code, with its place; nothing at the end.
    pub fn next(&mut self) -> Result<Option<(Token, Place)>, Failure> {
        if self.in_code {
            while let Some(space) = self.peek().filter(|char| SPACES.contains(char)) {
                self.forward(space.len_utf8());
            }
        }
        let place = self.place;
        if self.rest().is_empty() {
            return Ok(None);
        }
        let token = if self.in_code { Some(self.code()?) } else { self.text(place)? };
        match token {
            Some(token) => Ok(Some((token, place))),
            // White space before a block was all there was.
            None => self.next(),
        }
    }

    /// Everything up to the tag that ends a raw block, and past that tag; nothing without one. Blocks of the same name nest.
    pub fn raw(&mut self, tag: &str) -> Option<String> {
        let end = format!("end{tag}");
        let mut level = 1;
        let mut searched = 0;
        loop {
            let open = searched + self.rest()[searched..].find(BLOCK_START)?;
            let inside = &self.rest()[open + BLOCK_START.len()..];
            let name_length = inside.find(BLOCK_END)?;
            let name = inside[..name_length].trim();
            searched = open + BLOCK_START.len();
            if name == tag {
                level += 1;
            } else if name == end {
                level -= 1;
            }
            if level == 0 {
                let text = self.rest()[..open].to_owned();
                self.forward(open + BLOCK_START.len() + name_length + BLOCK_END.len());
                return Some(text);
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Goes on by so many bytes.
    fn forward(&mut self, bytes: usize) {
        let passed = &self.rest()[..bytes];
        let lines = passed.matches('\n').count();
        if lines > 0 {
            self.place.line += lines;
            self.place.column = 0;
        }
        self.place.column += passed.rsplit('\n').next().unwrap_or_default().chars().count();
        self.at += bytes;
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.forward(text.len());
        }
        found
    }

    /// A delimiter that a minus sign may follow.
    fn opening(&mut self, delimiter: &str) -> Option<bool> {
        self.take(delimiter).then(|| self.take("-"))
    }

    /// A delimiter that a minus sign may precede.
    fn closing(&mut self, delimiter: &str) -> Option<bool> {
        if self.take(delimiter) {
            return Some(false);
        }
        let trims = self.rest().strip_prefix('-').is_some_and(|rest| rest.starts_with(delimiter));
        trims.then(|| self.forward(1 + delimiter.len())).map(|()| true)
    }

    /// Text, a comment, or the start of code; nothing when the text vanished before a block.
    fn text(&mut self, place: Place) -> Result<Option<Token>, Failure> {
        if let Some(trim) = self.opening(BLOCK_START) {
            self.in_code = true;
            return Ok(Some(Token::BlockStart { trim }));
        }
        if let Some(trim) = self.opening(self.syntax.variable_start) {
            self.in_code = true;
            return Ok(Some(Token::VariableStart { trim }));
        }
        if self.rest().starts_with(COMMENT_START) {
            let rest = self.rest();
            let Some(end) = rest[COMMENT_START.len()..].find(COMMENT_END) else {
                return Err(Failure::new("expected end of comment, got end of file").at(place));
            };
            let length = COMMENT_START.len() + end + COMMENT_END.len();
            self.forward(length);
            return Ok(Some(Token::Comment(rest[..length].to_owned())));
        }
        let rest = self.rest();
        let starts = [BLOCK_START, self.syntax.variable_start, COMMENT_START];
        let mut length = rest.len();
        for (at, _) in rest.char_indices().filter(|(_, char)| matches!(char, '{' | '#' | '$')) {
            let here = &rest[at..];
            if starts.iter().any(|start| here.starts_with(start)) {
                length = at;
                break;
            }
            if here.starts_with(COMMENT_END) {
                self.forward(at);
                return Err(Failure::new("unexpected end of comment").at(self.place));
            }
        }
        self.forward(length);
        let mut data = &rest[..length];
        if self.syntax.lstrip_blocks && self.rest().starts_with(BLOCK_START) {
            let line = data.rfind('\n').map_or(0, |at| at + 1);
            // The start of the text is the start of a line only where nothing is before it.
            let from_line_start = line > 0 || place.column == 0;
            if from_line_start && data[line..].chars().all(char::is_whitespace) {
                data = &data[..line];
            }
        }
        Ok((!data.is_empty()).then(|| Token::Data(data.to_owned())))
    }

    fn code(&mut self) -> Result<Token, Failure> {
        let place = self.place;
        if let Some(quote) = self.peek().filter(|char| matches!(char, '"' | '\'')) {
            return Ok(Token::Text(self.string(quote)));
        }
        if let Some(trim) = self.closing(BLOCK_END) {
            self.in_code = false;
            if self.syntax.trim_blocks && !self.take("\n") {
                self.take("\r\n");
            }
            return Ok(Token::BlockEnd { trim });
        }
        if let Some(trim) = self.closing(VARIABLE_END) {
            self.in_code = false;
            return Ok(Token::VariableEnd { trim });
        }
        if self.take("r/") {
            return Ok(self.regex());
        }
        if let Some(mark) = MARKS.into_iter().find(|mark| self.rest().starts_with(mark)) {
            self.forward(mark.len());
            return Ok(Token::Mark(mark));
        }
        let is_delimiter = |char: char| SPACES.contains(&char) || "()[]{}%*-+~/#,:|.<>=!".contains(char);
        let rest = self.rest();
        let length = rest.find(is_delimiter).unwrap_or(rest.len());
        let word = &rest[..length];
        self.forward(length);
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.number(word).ok_or_else(|| Failure::new(format!("`{word}` is no number")).at(place));
        }
        Ok(match word {
            "true" => Token::Bool(true),
            "false" => Token::Bool(false),
            "none" | "null" => Token::None,
            _ => Token::Symbol(word.to_owned()),
        })
    }

    fn number(&mut self, whole: &str) -> Option<Token> {
        let mut text = whole.to_owned();
        if self.take(".") {
            let rest = self.rest();
            let digits = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
            text = format!("{whole}.{}", &rest[..digits]);
            self.forward(digits);
        }
        text.parse().ok().map(Token::Number)
    }

    fn string(&mut self, quote: char) -> String {
        self.forward(1);
        let mut text = String::new();
        let rest = self.rest();
        let mut chars = rest.char_indices();
        while let Some((at, char)) = chars.next() {
            if char == quote {
                self.forward(at + 1);
                return text;
            }
            if char != '\\' {
                text.push(char);
                continue;
            }
            match chars.next().map(|(_, escaped)| escaped) {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => text.push('\r'),
                Some(other) => text.push(other),
                None => {}
            }
        }
        // A text that never ends takes all there is; what is missing behind it is told by the parser.
        self.forward(rest.len());
        text
    }

    fn regex(&mut self) -> Token {
        let rest = self.rest();
        let end = rest.char_indices().find(|(at, char)| *char == '/' && !rest[..*at].ends_with('\\')).map(|(at, _)| at);
        let body = rest[..end.unwrap_or(rest.len())].to_owned();
        self.forward(end.map_or(rest.len(), |end| end + 1));
        let rest = self.rest();
        let length = rest.find(|char| !matches!(char, 'g' | 'i' | 'm' | 'y')).unwrap_or(rest.len());
        self.forward(length);
        Token::Regex { body, flags: rest[..length].to_owned() }
    }
}
