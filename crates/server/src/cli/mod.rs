//! The command line: one file per command, each a function from arguments to an [`Outcome`], so that tests need no
//! process.

mod completions;
mod config_check;
mod config_print;
mod descriptors;
mod docs_build;
mod docs_check;
mod export;
mod import;
mod policy_test;
mod validate;
mod version;

use std::fmt::Write as _;

use ::config::{Environment, LoadOptions, Loader};
use anyhow::Result;
use clap::{Args, Parser, Subcommand};

/// The arguments of one run.
#[derive(Debug, Parser)]
#[command(name = "callboard", version, about = "A developer portal in one binary", propagate_version = true)]
pub struct Cli {
    /// Configuration file or https address; repeat it to lay one over the other
    ///
    /// Without it: app-config.yaml, app-config.<BACKSTAGE_ENV>.yaml, app-config.local.yaml and
    /// app-config.<BACKSTAGE_ENV>.local.yaml in the working directory.
    #[arg(long = "config", value_name = "FILE|URL", global = true)]
    config: Vec<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the portal (what happens without a command)
    Serve,
    /// Check descriptor files without starting anything
    Validate(validate::Arguments),
    /// Look at the configuration
    Config(ConfigArguments),
    /// Work with documentation
    Docs(DocsArguments),
    /// Work with the policies of the configuration
    Policy(PolicyArguments),
    /// Write everything that the database keeps into a file, to import it into another
    Export(export::Arguments),
    /// Write what an exported file has into an empty database
    Import(import::Arguments),
    /// Print the version
    Version,
    /// Print a completion script for a shell
    Completions(completions::Arguments),
}

#[derive(Debug, Args)]
struct ConfigArguments {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Report every problem of the configuration
    Check,
    /// Print the merged configuration with the origin of each key, secrets masked
    Print(config_print::Arguments),
}

#[derive(Debug, Args)]
struct DocsArguments {
    #[command(subcommand)]
    command: DocsCommand,
}

#[derive(Debug, Subcommand)]
enum DocsCommand {
    /// Write documentation as a site of files
    Build(docs_build::Arguments),
    /// Report links that lead nowhere, and what else is wrong
    Check(docs_check::Arguments),
}

#[derive(Debug, Args)]
struct PolicyArguments {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Decide cases from files, and report those that come out otherwise than expected
    Test(policy_test::Arguments),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing is wrong.
    Ok,
    /// The command did its work, and found problems.
    Problems,
}

/// What a command has to say.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// For standard output, with its last line break.
    pub output: String,
    pub status: Status,
}

impl Outcome {
    fn ok(output: String) -> Self {
        Self { output, status: Status::Ok }
    }
}

/// Runs what the arguments ask for; `serve` returns when the server has stopped.
///
/// # Errors
/// The command could not do its work: a file is missing, the configuration is unusable, the server did not start.
pub fn run(cli: Cli) -> Result<Outcome> {
    let options = LoadOptions {
        targets: cli.config,
        environment: Environment::of_process(),
        remote: Some(crate::remote::read),
        ..LoadOptions::default()
    };
    let served = LoadOptions { built_in: Some(crate::serve::BUILT_IN), ..options.clone() };
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            crate::serve::run(Loader::open(served)?)?;
            Ok(Outcome::ok(String::new()))
        }
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Config(ConfigArguments { command: ConfigCommand::Check }) => Ok(config_check::run(&options)),
        Command::Config(ConfigArguments { command: ConfigCommand::Print(arguments) }) => {
            config_print::run(&served, &arguments)
        }
        Command::Docs(DocsArguments { command: DocsCommand::Build(arguments) }) => docs_build::run(&arguments),
        Command::Docs(DocsArguments { command: DocsCommand::Check(arguments) }) => docs_check::run(&arguments),
        Command::Policy(PolicyArguments { command: PolicyCommand::Test(arguments) }) => {
            policy_test::run(&options, &arguments)
        }
        Command::Export(arguments) => export::run(&served, &arguments),
        Command::Import(arguments) => import::run(&served, &arguments),
        Command::Version => Ok(version::run()),
        Command::Completions(arguments) => Ok(completions::run(&arguments)),
    }
}

/// An error with its causes, one to a line.
pub fn describe(error: &anyhow::Error) -> String {
    let mut text = format!("error: {error}");
    for cause in error.chain().skip(1) {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  caused by: {cause}");
    }
    text
}

/// `1 error`, `2 errors`.
fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use anyhow::Context;
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn serve_is_what_happens_without_a_command() {
        let cli = Cli::try_parse_from(["callboard"]).unwrap();
        assert!(cli.command.is_none() && cli.config.is_empty());
        let cli = Cli::try_parse_from(["callboard", "--config", "a", "serve", "--config", "b"]).unwrap();
        assert!(matches!(cli.command, Some(Command::Serve)));
    }

    #[test]
    fn config_may_be_given_on_either_side_and_repeated() {
        let cli = Cli::try_parse_from(["callboard", "--config", "a.yaml", "--config", "b.yaml", "config", "check"]);
        assert_eq!(cli.unwrap().config, ["a.yaml", "b.yaml"]);
        let cli = Cli::try_parse_from(["callboard", "config", "check", "--config", "a.yaml", "--config", "b.yaml"]);
        assert_eq!(cli.unwrap().config, ["a.yaml", "b.yaml"]);
    }

    #[test]
    fn wrong_usage_exits_with_two() {
        for arguments in [&["callboard", "nonsense"][..], &["callboard", "validate"], &["callboard", "config"]] {
            assert_eq!(Cli::try_parse_from(arguments).unwrap_err().exit_code(), 2, "{arguments:?}");
        }
    }

    #[test]
    fn errors_are_told_with_their_causes() {
        let error = Err::<(), _>(anyhow::anyhow!("port taken")).context("the server did not start").unwrap_err();
        assert_eq!(describe(&error), "error: the server did not start\n  caused by: port taken");
    }
}
