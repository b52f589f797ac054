//! Renders templates line by line, so that another program can compare: each line of the input is JSON with `template` and `context`,
//! each line of the output JSON with `text` or `error`.

use std::io::{self, BufRead, Write};

use nunjucks::{Environment, Syntax};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let environment = Environment::new(Syntax::TEMPLATE);
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let case: Value = serde_json::from_str(&line?)?;
        let answer = match environment.render(case["template"].as_str().unwrap_or_default(), &case["context"]) {
            Ok(text) => json!({ "text": text }),
            Err(error) => json!({ "error": error.to_string() }),
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}
