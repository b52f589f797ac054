//! Templates that come from outside may be hostile: whatever they do ends soon, with an error that says where.

use std::{sync::Arc, thread};

use nunjucks::{Environment, Syntax};
use serde_json::{Value, json};

fn render(template: &str) -> Result<String, nunjucks::Error> {
    Environment::new(Syntax::TEMPLATE).render(template, &json!({"name": "x", "list": [1, 2]}))
}

/// Rendered on the stack that the threads of a server have.
fn refused(template: String) -> String {
    let rendered = thread::Builder::new().stack_size(2 << 20).spawn(move || render(&template).map(|text| text.len()));
    rendered.expect("a thread starts").join().expect("rendering does not panic").expect_err("it is refused").message
}

#[test]
fn what_never_ends_is_ended() {
    let steps = "the template needs more than 1000000 steps";
    assert_eq!(refused("{% for a in range(100000000) %}{% endfor %}".to_owned()), steps);
    assert_eq!(refused("{% for a in list %}{% set n = list.push(a) %}{% endfor %}".to_owned()), steps);
    assert_eq!(
        refused("{% for a in range(999) %}{% for b in range(999) %}${{ a }}{% endfor %}{% endfor %}".to_owned()),
        steps
    );
    assert_eq!(
        refused("{% macro m() %}${{ m() }}{% endmacro %}${{ m() }}".to_owned()),
        "the template goes more than 200 levels deep"
    );
}

#[test]
fn what_grows_without_bound_is_stopped_before_it_is_made() {
    let values = "the template needs more than 67108864 bytes of values";
    assert_eq!(refused("${{ name.repeat(999999999) }}".to_owned()), values);
    assert_eq!(refused("${{ name.padStart(999999999) }}".to_owned()), values);
    assert_eq!(refused("${{ name | center(999999999) }}".to_owned()), values);
    assert_eq!(refused("${{ 'a\nb' | indent(999999999) }}".to_owned()), values);
    assert_eq!(refused("{% set s = name %}{% for i in range(99) %}{% set s = s + s %}{% endfor %}".to_owned()), values);
    let output = "{% set s = name.repeat(1000000) %}{% for i in range(99) %}${{ s }}{% endfor %}";
    assert_eq!(refused(output.to_owned()), "the template needs more than 16777216 bytes of output");
}

#[test]
fn what_nests_too_deep_is_refused_in_reading() {
    let nested = "a template may nest 100 levels deep";
    assert_eq!(refused(format!("${{{{ {}1{} }}}}", "(".repeat(9999), ")".repeat(9999))), nested);
    assert_eq!(refused(format!("${{{{ {}1{} }}}}", "[".repeat(9999), "]".repeat(9999))), nested);
    assert_eq!(refused(format!("${{{{ {}1 }}}}", "- ".repeat(9999))), nested);
    assert_eq!(refused("{% if name %}".repeat(9999)), nested);
    assert_eq!(refused(format!("${{{{ {}1 }}}}", "not ".repeat(9999))), "too many negations in a row");
    assert_eq!(refused(format!("${{{{ 1{} }}}}", " | abs".repeat(9999))), "too many filters in a row");
    assert_eq!(refused(format!("${{{{ name{} }}}}", ".a".repeat(9999))), "too many lookups in a row");
}

#[test]
fn long_chains_are_no_nesting() {
    let sum = format!("${{{{ 0{} }}}}", " + 1".repeat(5000));
    assert_eq!(render(&sum).expect("a sum"), "5000");
    let branches = format!("{{% if false %}}{}{{% else %}}end{{% endif %}}", "{% elif false %}".repeat(5000));
    assert_eq!(render(&branches).expect("branches"), "end");
}

#[test]
fn a_list_that_holds_itself_prints_and_does_not_become_json() {
    assert_eq!(render("{% set n = list.push(list) %}${{ list.length }}").expect("it has a length"), "3");
    assert!(render("{% set n = list.push(list) %}${{ list }}").is_ok());
    assert_eq!(
        refused("{% set n = list.push(list) %}${{ list | dump }}".to_owned()),
        "a value is nested too deeply to be written as JSON"
    );
}

#[test]
fn nothing_of_the_host_can_be_reached() {
    for name in ["constructor", "__proto__", "prototype", "toString.constructor", "split.constructor"] {
        assert_eq!(render(&format!("${{{{ name.{name} }}}}")).expect("it is not there"), "", "{name}");
    }
    assert_eq!(
        refused("${{ name.constructor('return 1')() }}".to_owned()),
        "Unable to call `name[\"constructor\"]`, which is undefined or falsey"
    );
}

#[test]
fn an_error_says_where() {
    let error = render("one\ntwo ${{ name | nosuch }}").expect_err("there is no such filter");
    assert_eq!((error.line, error.column, error.message.as_str()), (2, 14, "filter not found: nosuch"));
    let error = render("{% for a in list %}\n{% endif %}").expect_err("the loop does not end");
    assert_eq!((error.line, error.message.as_str()), (2, "unknown block tag: endif"));
}

#[test]
fn strict_templates_do_not_print_what_is_not_there() {
    let strict = Environment::new(Syntax::TEMPLATE).strict();
    let error = strict.render("${{ missing }}", &json!({})).expect_err("nothing to print");
    assert_eq!(error.message, "attempted to output null or undefined value");
}

#[test]
fn the_program_adds_filters_and_functions() {
    let shout = |arguments: &[Option<Value>]| match arguments.first() {
        Some(Some(Value::String(text))) => Ok(Some(json!(format!("{text}!")))),
        _ => Err("only texts can be shouted".to_owned()),
    };
    let environment = Environment::new(Syntax::TEMPLATE)
        .filter("shout", Arc::new(shout))
        .function("always", Arc::new(|_| Ok(Some(json!(true)))));
    assert_eq!(
        environment.render("${{ 'a' | shout }} ${{ always() }}", &json!({})).expect("both are there"),
        "a! true"
    );
    assert_eq!(environment.evaluate("${{ always() }}", &json!({})).expect("it is there"), Some(json!(true)));
    assert_eq!(
        environment.render("${{ 1 | shout }}", &json!({})).expect_err("no text").message,
        "only texts can be shouted"
    );
}

#[test]
fn cookiecutter_templates_have_braces_alone() {
    let environment = Environment::new(Syntax::COOKIECUTTER);
    let context = json!({"cookiecutter": {"name": "svc"}});
    assert_eq!(environment.render("{{ cookiecutter.name }} ${x}", &context).expect("it renders"), "svc ${x}");
}
