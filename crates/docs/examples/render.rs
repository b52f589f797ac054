//! Renders Markdown files, one after the other, for comparing with another renderer: `render FILE…` writes `FILE.html`.

use docs::markdown::{Alone, Options, render};

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let page = render(&std::fs::read_to_string(&path)?, &Options::default(), &Alone);
        std::fs::write(format!("{path}.html"), page.html)?;
    }
    Ok(())
}
