//! Expressions against what nunjucks itself gives for them, as recorded in the corpus.

use std::{fs, path::Path};

use nunjucks::{Environment, Syntax};
use serde_json::Value;

fn corpus() -> Option<Value> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/templates/_expressions/expressions.json");
    let Ok(text) = fs::read_to_string(path) else {
        println!("skipped: the corpus of expressions is not here");
        return None;
    };
    Some(serde_json::from_str(&text).expect("the corpus is JSON"))
}

#[test]
fn every_expression_of_the_corpus_gives_what_nunjucks_gives() {
    let Some(corpus) = corpus() else { return };
    let environment = Environment::new(Syntax::TEMPLATE);
    let mut wrong = Vec::new();
    for case in corpus["cases"].as_array().expect("cases") {
        let template = case["template"].as_str().expect("a template");
        let rendered = environment.render(template, &corpus["context"]);
        let right = match (&rendered, case["expected"].as_str()) {
            (Ok(text), Some(expected)) => text == expected,
            (Ok(text), None) => case["security"].is_string() && text.is_empty(),
            (Err(_), Some(_)) => false,
            (Err(_), None) => true,
        };
        if !right {
            wrong.push(format!("{case}\n  gave {rendered:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn single_expressions_keep_their_type() {
    let Some(corpus) = corpus() else { return };
    let environment = Environment::new(Syntax::TEMPLATE);
    let mut wrong = Vec::new();
    for case in corpus["typed"].as_array().expect("typed cases") {
        let template = case["template"].as_str().expect("a template");
        let value = environment.evaluate(template, &corpus["context"]);
        let right = match &value {
            Ok(None) => case["undefined"] == true,
            Ok(Some(value)) => case.get("value") == Some(value),
            Err(_) => case["kept_as_is"] == true,
        };
        if !right {
            wrong.push(format!("{case}\n  gave {value:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}
