//! Globs over the files of a repository: `*` within a folder, `**` across folders, `{a,b}`.

use globset::{GlobBuilder, GlobMatcher};

/// More matches than this are not read: one mistyped glob must not fetch a whole monorepo.
pub(crate) const MAX_FILES: usize = 2_000;
/// All files of one search together.
pub(crate) const MAX_TOTAL_BYTES: usize = 128 * 1024 * 1024;
/// Repositories with more files than this are not searched.
pub(crate) const MAX_LISTED: usize = 200_000;

pub(crate) fn is_glob(path: &str) -> bool {
    path.contains('*') || (path.contains('{') && path.contains('}') && path.contains(','))
}

pub(crate) struct Pattern {
    matcher: GlobMatcher,
    text: String,
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        let matcher = glob.map_err(|error| error.kind().to_string())?.compile_matcher();
        Ok(Self { matcher, text: text.to_owned() })
    }

    /// Hidden files and folders only match where the pattern names them with their dot.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let hidden = |text: &str| text.split('/').filter(|segment| segment.starts_with('.')).count();
        hidden(path) <= hidden(&self.text) && self.matcher.is_match(path)
    }

    /// The folder that every match lies in, for hosts that can list one folder.
    pub(crate) fn folder(&self) -> &str {
        let literal = self.text.find(['*', '{', '?', '[']).map_or(self.text.as_str(), |at| &self.text[..at]);
        literal.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, path, expected) in [
            ("*/catalog-info.yaml", "a/catalog-info.yaml", true),
            ("*/catalog-info.yaml", "a/b/catalog-info.yaml", false),
            ("**/catalog-info.yaml", "a/b/catalog-info.yaml", true),
            ("**/catalog-info.yaml", "catalog-info.yaml", true),
            ("a/**/x.yaml", "a/x.yaml", true),
            ("a/**/x.yaml", "b/x.yaml", false),
            ("a/**", "a/b/c.txt", true),
            ("**/*.yaml", ".github/x.yaml", false),
            ("**/.github/*.yaml", "a/.github/x.yaml", true),
            ("*.{yaml,yml}", "x.yml", true),
            ("*.yaml", "my file.yaml", true),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().matches(path), expected, "{pattern} {path}");
        }
        assert_eq!(Pattern::parse("a/b/*/c.yaml").unwrap().folder(), "a/b");
        assert_eq!(Pattern::parse("a*/c.yaml").unwrap().folder(), "");
        assert!(Pattern::parse("a/{b,").is_err());
    }
}
