//! `callboard completions <shell>`: a script for the shell to read.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Outcome};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The shell to complete in
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "callboard", &mut script);
    Outcome::ok(String::from_utf8_lossy(&script).into_owned())
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_shell_learns_the_commands() {
        for shell in Shell::value_variants() {
            let script = run(&Arguments { shell: *shell }).output;
            assert!(script.contains("validate") && script.contains("callboard"), "{shell}");
        }
    }
}
