//! Resolving, edit pages and repositories, for every family.

use sdk::{ReadError, UrlReader as _};
use serde_json::json;

use super::readers;
use crate::Readers;

fn all() -> Readers {
    readers(
        &json!({
            "github": [{"host": "ghe.corp"}],
            "gitlab": [{"host": "git.corp", "baseUrl": "https://git.corp/gitlab"}],
            "bitbucketServer": [{"host": "bb.corp"}],
            "gerrit": [{"host": "gerrit.corp", "gitilesBaseUrl": "https://tiles.corp/plugins/gitiles"}, {"host": "g2.corp", "disableEditUrl": true}],
            "gitea": [{"host": "gitea.corp"}],
        }),
        &json!([{"host": "plain.org"}]),
    )
}

#[test]
fn references_resolve_as_the_host_does() {
    let readers = all();
    for (base, reference, expected) in [
        ("https://github.com/o/r/blob/main/a/b.yaml", "./c.yaml", "https://github.com/o/r/tree/main/a/c.yaml"),
        ("https://github.com/o/r/blob/main/a/b.yaml", "../c.yaml", "https://github.com/o/r/tree/main/c.yaml"),
        ("https://github.com/o/r/blob/main/a/b.yaml", "/c.yaml", "https://github.com/o/r/tree/main/c.yaml"),
        ("https://github.com/o/r/blob/main/a/b.yaml", "./", "https://github.com/o/r/tree/main/a/"),
        (
            "https://github.com/o/r/blob/refs/heads/x/a/b.yaml",
            "/c.yaml",
            "https://github.com/o/r/tree/refs/heads/x/c.yaml",
        ),
        ("https://github.com/o/r/blob/f%2Fx/a/b.yaml", "/c.yaml", "https://github.com/o/r/tree/f%2Fx/c.yaml"),
        (
            "https://github.com/o/r/blob/main/a%20b/b.yaml",
            "c d.yaml",
            "https://github.com/o/r/tree/main/a%20b/c%20d.yaml",
        ),
        ("https://github.com/o/r/blob/main/b.yaml", "https://x.org/y z", "https://x.org/y z"),
        (
            "https://github.com/o/r/blob/main/b.yaml",
            "https://github.com/o/q/blob/main/y",
            "https://github.com/o/q/tree/main/y",
        ),
        ("https://github.com/o/r/blob/main/*/b.yaml", "./**/c.yaml", "https://github.com/o/r/tree/main/*/**/c.yaml"),
        ("https://ghe.corp/o/r/blob/main/b.yaml", "c.yaml", "https://ghe.corp/o/r/tree/main/c.yaml"),
        ("https://gitlab.com/g/s/t/p/-/blob/main/a/b.yaml", "/c.yaml", "https://gitlab.com/g/s/t/p/-/blob/main/c.yaml"),
        ("https://gitlab.com/g/p/blob/main/a/b.yaml", "/c.yaml", "https://gitlab.com/g/p/blob/main/c.yaml"),
        (
            "https://gitlab.com/g/p/-/blob/main/a/b.yaml?ref_type=heads",
            "c.yaml",
            "https://gitlab.com/g/p/-/blob/main/a/c.yaml?ref_type=heads",
        ),
        (
            "https://git.corp/gitlab/g/p/-/blob/main/a/b.yaml",
            "/c.yaml",
            "https://git.corp/gitlab/g/p/-/blob/main/c.yaml",
        ),
        ("https://bitbucket.org/w/r/src/main/a/b.yaml", "/c.yaml", "https://bitbucket.org/w/r/src/main/c.yaml"),
        ("https://bitbucket.org/w/r/src/main/a/b.yaml", "../c.yaml", "https://bitbucket.org/w/r/src/main/c.yaml"),
        (
            "https://bb.corp/projects/K/repos/r/browse/a/b.yaml?at=x",
            "/c.yaml",
            "https://bb.corp/projects/K/repos/r/browse/c.yaml?at=x",
        ),
        (
            "https://bb.corp/projects/K/repos/r/browse/a/b.yaml?at=x",
            "./c.yaml",
            "https://bb.corp/projects/K/repos/r/browse/a/c.yaml?at=x",
        ),
        (
            "https://dev.azure.com/o/p/_git/r?path=%2Fa%2Fb.yaml&version=GBmain",
            "./c.yaml",
            "https://dev.azure.com/o/p/_git/r?path=%2Fa%2Fc.yaml&version=GBmain",
        ),
        (
            "https://dev.azure.com/o/p/_git/r?path=%2Fa%2Fb.yaml",
            "/c.yaml",
            "https://dev.azure.com/o/p/_git/r?path=%2Fc.yaml",
        ),
        (
            "https://dev.azure.com/o/p/_git/r?path=%2Fa%2Fb.yaml",
            "../my%20file.yaml",
            "https://dev.azure.com/o/p/_git/r?path=%2Fmy+file.yaml",
        ),
        ("https://dev.azure.com/o/p/_git/r?path=%2Fa%2Fb.yaml", "./", "https://dev.azure.com/o/p/_git/r?path=%2Fa%2F"),
        ("https://dev.azure.com/o/p/_git/r", "c.yaml", "https://dev.azure.com/o/p/_git/r?path=%2Fc.yaml"),
        ("https://dev.azure.com/o/wiki/x", "y", "https://dev.azure.com/o/wiki/y"),
        ("https://gitea.corp/o/r/src/branch/main/a/b.yaml", "/c.yaml", "https://gitea.corp/o/r/src/branch/main/c.yaml"),
        (
            "https://tiles.corp/plugins/gitiles/p/q/+/refs/heads/main/a/b.yaml",
            "/c.yaml",
            "https://tiles.corp/plugins/gitiles/p/q/+/refs/heads/main/c.yaml",
        ),
        (
            "https://tiles.corp/plugins/gitiles/p/q/+/refs/heads/main/a/b.yaml",
            "c.yaml",
            "https://tiles.corp/plugins/gitiles/p/q/+/refs/heads/main/a/c.yaml",
        ),
        ("https://plain.org/a/b.yaml?x=1", "/c.yaml", "https://plain.org/c.yaml"),
        ("https://plain.org/a/b.yaml", "c.yaml?y=1", "https://plain.org/a/c.yaml?y=1"),
    ] {
        assert_eq!(readers.resolve(reference, base).unwrap(), expected, "{reference} in {base}");
    }
    assert!(matches!(readers.resolve("./x", "not a url"), Err(ReadError::NotSupported(_))));
}

#[test]
fn edit_pages() {
    let readers = all();
    let sha = "0123456789abcdef0123456789abcdef01234567";
    for (url, expected) in [
        ("https://github.com/o/r/blob/main/a.yaml", Some("https://github.com/o/r/edit/main/a.yaml")),
        ("https://github.com/o/r/tree/main/a.yaml", Some("https://github.com/o/r/edit/main/a.yaml")),
        ("https://gitlab.com/g/s/p/-/blob/main/a.yaml", Some("https://gitlab.com/g/s/p/-/edit/main/a.yaml")),
        (
            "https://bitbucket.org/w/r/src/main/a.yaml",
            Some("https://bitbucket.org/w/r/src/main/a.yaml?mode=edit&at=main"),
        ),
        (
            "https://bb.corp/projects/K/repos/r/browse/a.yaml?at=x",
            Some("https://bb.corp/projects/K/repos/r/browse/a.yaml"),
        ),
        ("https://dev.azure.com/o/p/_git/r?path=%2Fa.yaml", Some("https://dev.azure.com/o/p/_git/r?path=%2Fa.yaml")),
        ("https://gitea.corp/o/r/src/branch/main/a/b.yaml", Some("https://gitea.corp/o/r/_edit/main/a/b.yaml")),
        (
            "https://tiles.corp/plugins/gitiles/p/q/+/refs/heads/main/a/b.yaml",
            Some("https://gerrit.corp/admin/repos/edit/repo/p%2Fq/branch/refs/heads/main/file/a/b.yaml"),
        ),
        ("https://g2.corp/p/+/refs/heads/main/b.yaml", Some("https://g2.corp/p/+/refs/heads/main/b.yaml")),
        ("https://plain.org/a.yaml", None),
        ("file:///x", None),
    ] {
        assert_eq!(readers.edit_url(url).as_deref(), expected, "{url}");
    }
    for url in
        [format!("https://github.com/o/r/blob/{sha}/a.yaml"), format!("https://gitea.corp/o/r/src/commit/{sha}/a.yaml")]
    {
        assert_eq!(readers.edit_url(&url), None);
    }
}

#[test]
fn repositories() {
    let readers = all();
    for (a, b, same) in [
        ("https://github.com/o/r/blob/main/a", "https://github.com/o/r/tree/x/b", true),
        ("https://github.com/o/r/blob/main/a", "https://github.com/O/R/raw/x/b", true),
        ("https://github.com/o/r/blob/main/a", "https://github.com/o/r2/blob/main/a", false),
        ("https://github.com/o/r/blob/main/a", "https://github.com/o/r", true),
        ("https://github.com/o/r/blob/main/a", "https://ghe.corp/o/r/blob/main/a", false),
        ("https://github.com/o/r/blob/main/a", "https://github.com/o/r/blob/main/..%2f..%2fx", false),
        ("https://gitlab.com/g/s/p/-/blob/main/a", "https://gitlab.com/g/s/p/blob/main/b", true),
        ("https://gitlab.com/g/s/p/-/blob/main/a", "https://gitlab.com/g/s/-/blob/main/b", false),
        ("https://git.corp/gitlab/g/p/-/blob/main/a", "https://git.corp/gitlab/g/p/-/raw/main/b", true),
        ("https://bitbucket.org/w/r/src/main/a", "https://bitbucket.org/w/r2/src/main/a", false),
        ("https://bb.corp/projects/K/repos/r/browse/a", "https://bb.corp/projects/K/repos/r/raw/b?at=x", true),
        ("https://bb.corp/users/me/repos/r/browse/a", "https://bb.corp/projects/me/repos/r/browse/a", false),
        ("https://dev.azure.com/o/p/_git/r?path=/a", "https://dev.azure.com/o/p/_git/r?path=/b", true),
        ("https://dev.azure.com/o/p/_git/p?path=/a", "https://dev.azure.com/o/_git/p?path=/b", true),
        ("https://dev.azure.com/o/p/_git/r?path=/a", "https://dev.azure.com/o/p2/_git/r?path=/a", false),
        ("https://gitea.corp/o/r/src/branch/main/a", "https://gitea.corp/o/r/src/tag/v1/b", true),
        (
            "https://tiles.corp/plugins/gitiles/p/q/+/refs/heads/m/a",
            "https://tiles.corp/plugins/gitiles/p/q/+/refs/tags/v/a",
            true,
        ),
        (
            "https://tiles.corp/plugins/gitiles/p/q/+/refs/heads/m/a",
            "https://tiles.corp/plugins/gitiles/p/+/refs/heads/m/a",
            false,
        ),
        ("https://plain.org/a", "https://plain.org/b", true),
        ("https://plain.org/a", "https://plain.org:8443/b", false),
        ("https://plain.org/a", "https://github.com/o/r/blob/main/a", false),
        ("file:///a", "file:///b", false),
    ] {
        assert_eq!(readers.same_repository(a, b), same, "{a} {b}");
        assert_eq!(readers.same_repository(b, a), same, "{b} {a}");
    }
}
