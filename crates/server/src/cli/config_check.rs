//! `callboard config check`: everything that is wrong with the configuration, and what in it has no effect.

use config::{LoadOptions, Settings};

use super::{Outcome, Status, count};

pub(super) fn run(options: &LoadOptions) -> Outcome {
    let config = match options.load() {
        Ok(config) => config,
        Err(error) => return outcome(vec![format!("{error}")], 1, 0, 0),
    };
    let errors = Settings::read(&config).err().unwrap_or_default();
    let (warnings, unknown) = (config.warnings(), config.unknown_keys());
    let mut lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.extend(warnings.iter().map(ToString::to_string));
    lines.extend(unknown.iter().map(ToString::to_string));
    outcome(lines, errors.len(), warnings.len(), unknown.len())
}

/// Lines start with their place, so that editors can follow them; the last line sums up.
fn outcome(mut lines: Vec<String>, errors: usize, warnings: usize, unknown: usize) -> Outcome {
    let (errors_said, warnings_said) = (count(errors, "error"), count(warnings, "warning"));
    lines.push(format!("{errors_said}, {warnings_said}, {} not read by this version", count(unknown, "key")));
    let status = if errors == 0 { Status::Ok } else { Status::Problems };
    Outcome { output: lines.join("\n") + "\n", status }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn check(text: &str) -> (String, Status) {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("app-config.yaml"), text).unwrap();
        let outcome = run(&LoadOptions { directory: directory.path().to_owned(), ..LoadOptions::default() });
        (outcome.output, outcome.status)
    }

    #[test]
    fn a_good_configuration_passes_with_its_unknown_keys() {
        let (output, status) = check("app: {title: x}\njenkins: {a: 1}\n");
        assert_eq!(status, Status::Ok);
        assert_eq!(
            output,
            "app-config.yaml:2:1: jenkins: not read by this version\n\
             0 errors, 0 warnings, 1 key not read by this version\n"
        );
    }

    #[test]
    fn each_mistake_has_its_line() {
        let (output, status) = check("backend:\n  listen: abc\ncatalog:\n  readonly: maybe\n");
        assert_eq!(status, Status::Problems);
        assert_eq!(
            output,
            "app-config.yaml:2:11: backend.listen: expected a port or host:port, got \"abc\"\n\
             app-config.yaml:4:13: Invalid type in config for key 'catalog.readonly' in 'app-config.yaml', \
             got string, wanted boolean\n\
             2 errors, 0 warnings, 0 keys not read by this version\n"
        );
    }

    #[test]
    fn a_file_that_is_no_yaml_is_a_problem() {
        let (output, status) = check("a: [\n");
        assert_eq!(status, Status::Problems);
        assert!(output.starts_with("app-config.yaml:"), "{output}");
    }
}
