//! Every family against a loopback server that answers as the vendor documents.

use sdk::{ReadError, ReadOutcome, UrlReader};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockBuilder, MockServer, ResponseTemplate};

use super::{host, outcome, read, readers, search, unchanged_since};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
/// base64 of "hello"
const HELLO: &str = "aGVs\nbG8=";

fn text(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body, "text/plain; charset=utf-8")
}

fn get(at: &str) -> MockBuilder {
    Mock::given(method("GET")).and(path(at))
}

async fn serve(server: &MockServer, at: &str, body: Value) {
    get(at).respond_with(ResponseTemplate::new(200).set_body_json(body)).mount(server).await;
}

#[tokio::test]
async fn github() {
    let server = MockServer::start().await;
    let root = server.uri();
    let with_token = readers(
        &json!({"github": [{"host": host(&server), "apiBaseUrl": format!("{root}/api/v3"), "token": "t"}]}),
        &json!([]),
    );
    let contents = "/api/v3/repos/o/r/contents";
    get(&format!("{contents}/a%20b/x.yaml"))
        .and(query_param("ref", "main"))
        .and(header("if-none-match", "W/\"e\""))
        .respond_with(ResponseTemplate::new(304))
        .mount(&server)
        .await;
    get(&format!("{contents}/a%20b/x.yaml"))
        .and(query_param("ref", "main"))
        .and(header("authorization", "Bearer t"))
        .and(header("accept", "application/vnd.github.v3.raw"))
        .respond_with(text("hello").insert_header("ETag", "W/\"e\""))
        .mount(&server)
        .await;
    let url = format!("{root}/o/r/blob/main/a%20b/x.yaml");
    let file = read(&with_token, &url).await.unwrap();
    assert_eq!((file.body.as_ref(), file.etag.as_deref()), (b"hello".as_slice(), Some("W/\"e\"")));
    assert!(matches!(outcome(&with_token, &url, file.etag.as_deref()).await, Ok(ReadOutcome::NotModified)));
    let missing = format!("{root}/o/r/blob/main/none.yaml");
    let error = read(&with_token, &missing).await.unwrap_err();
    assert_eq!(error.to_string(), format!("could not read {missing}, 404 Not Found"));
    assert!(search(&with_token, &missing).await.is_empty());

    get(&format!("{contents}/quota.yaml"))
        .respond_with(
            ResponseTemplate::new(403)
                .insert_header("x-ratelimit-remaining", "0")
                .insert_header("x-ratelimit-reset", "1"),
        )
        .mount(&server)
        .await;
    let error = read(&with_token, &format!("{root}/o/r/blob/main/quota.yaml")).await.unwrap_err();
    assert!(matches!(error, ReadError::RateLimited { .. }), "{error}");
    get(&format!("{contents}/denied.yaml")).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    let error = read(&with_token, &format!("{root}/o/r/blob/main/denied.yaml")).await.unwrap_err().to_string();
    assert!(error.contains("401 Unauthorized; check the credentials configured for"), "{error}");

    serve(&server, "/api/v3/repos/o/r/commits/main/status", json!({"sha": SHA, "repository": {}})).await;
    let blob = |path: &str| json!({"path": path, "type": "blob", "mode": "100644", "sha": "b"});
    let tree = json!({"sha": SHA, "truncated": false, "tree": [blob("x/c.yaml"), blob("y/c.yaml"), blob("c.md"), {"path": "x", "type": "tree"}]});
    serve(&server, &format!("/api/v3/repos/o/r/git/trees/{SHA}"), tree).await;
    for folder in ["x", "y"] {
        let pinned = get(&format!("{contents}/{folder}/c.yaml")).and(query_param("ref", SHA));
        pinned.respond_with(text(folder)).mount(&server).await;
    }
    let glob = format!("{root}/o/r/blob/main/**/c.yaml");
    let expected = ["x", "y"].map(|folder| (format!("{root}/o/r/blob/main/{folder}/c.yaml"), folder.to_owned()));
    assert_eq!(search(&with_token, &glob).await, expected);
    assert!(unchanged_since(&with_token, &glob, SHA).await);

    let anonymous =
        readers(&json!({"github": [{"host": host(&server), "rawBaseUrl": format!("{root}/raw")}]}), &json!([]));
    get("/raw/o/r/main/x.yaml").respond_with(text("raw")).mount(&server).await;
    assert_eq!(
        read(&anonymous, &format!("{root}/o/r/tree/refs/heads/main/x.yaml")).await.unwrap().body.as_ref(),
        b"raw"
    );
    for bad in
        ["/o/r", "/o/r/issues/1", "/o/r/blob/main", "/o/r/blob/main/%2e%2e%2f%2e%2e%2fuser", "/o/r/blob/..%2f..%2fx/y"]
    {
        let error = read(&anonymous, &format!("{root}{bad}")).await.unwrap_err();
        assert!(matches!(error, ReadError::Failed { .. }), "{bad}: {error}");
    }
}

#[tokio::test]
async fn gitlab() {
    let server = MockServer::start().await;
    let root = server.uri();
    let readers = readers(&json!({"gitlab": [{"host": host(&server), "baseUrl": root, "token": "t"}]}), &json!([]));
    let project = "/api/v4/projects/g%2Fs%2Fp";
    get(&format!("{project}/repository/files/a%2Fx%20y.yaml/raw"))
        .and(query_param("ref", "main"))
        .and(header("authorization", "Bearer t"))
        .respond_with(text("hello").insert_header("ETag", "\"e\""))
        .mount(&server)
        .await;
    for url in ["/g/s/p/-/blob/main/a/x%20y.yaml", "/g/s/p/blob/main/a/x%20y.yaml", "/g/s/p/-/raw/main/a%2Fx%20y.yaml"]
    {
        assert_eq!(read(&readers, &format!("{root}{url}")).await.unwrap().body.as_ref(), b"hello", "{url}");
    }
    get(&format!("{project}/repository/commits"))
        .and(query_param("ref_name", "main"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([{"id": SHA}])))
        .mount(&server)
        .await;
    get(&format!("{project}/repository/tree"))
        .and(query_param("path", "docs"))
        .and(query_param("page", "1"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!([{"path": "docs/a", "type": "tree"}, {"path": "docs/a/c.yaml", "type": "blob"}])),
        )
        .mount(&server)
        .await;
    get(&format!("{project}/repository/files/docs%2Fa%2Fc.yaml/raw"))
        .and(query_param("ref", SHA))
        .respond_with(text("c"))
        .mount(&server)
        .await;
    let glob = format!("{root}/g/s/p/-/blob/main/docs/*/c.yaml");
    assert_eq!(search(&readers, &glob).await, [(format!("{root}/g/s/p/-/blob/main/docs/a/c.yaml"), "c".to_owned())]);
    assert!(unchanged_since(&readers, &glob, SHA).await);
    let error = read(&readers, &format!("{root}/g/s/p/-/issues/1")).await.unwrap_err();
    assert!(matches!(error, ReadError::Failed { .. }), "{error}");
}

#[tokio::test]
async fn bitbucket_cloud() {
    let server = MockServer::start().await;
    let root = server.uri();
    let options = json!({"bitbucketCloud": [{"host": host(&server), "apiBaseUrl": format!("{root}/2.0"), "username": "u", "token": "p"}]});
    let readers = readers(&options, &json!([]));
    get("/2.0/repositories/w/r/src/main/a/x.yaml")
        .and(header("authorization", "Basic dTpw"))
        .respond_with(text("hello"))
        .mount(&server)
        .await;
    assert_eq!(read(&readers, &format!("{root}/w/r/src/main/a/x.yaml")).await.unwrap().body.as_ref(), b"hello");
    serve(&server, "/2.0/repositories/w/r/commits/main", json!({"values": [{"hash": SHA}], "pagelen": 1})).await;
    let listing = format!("/2.0/repositories/w/r/src/{SHA}/");
    get(&listing)
        .and(query_param("page", "2"))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({"values": [{"path": "b/c.yaml", "type": "commit_file"}]})),
        )
        .mount(&server)
        .await;
    let first = json!({"values": [{"path": "b", "type": "commit_directory"}, {"path": "c.yaml", "type": "commit_file"}], "next": format!("{root}{listing}?page=2")});
    get(&listing).respond_with(ResponseTemplate::new(200).set_body_json(first)).with_priority(9).mount(&server).await;
    for file in ["c.yaml", "b/c.yaml"] {
        get(&format!("{listing}{file}")).respond_with(text(file)).mount(&server).await;
    }
    let found = search(&readers, &format!("{root}/w/r/src/main/**/c.yaml")).await;
    assert_eq!(found.iter().map(|(_, body)| body.as_str()).collect::<Vec<_>>(), ["c.yaml", "b/c.yaml"]);
}

#[tokio::test]
async fn bitbucket_server() {
    let server = MockServer::start().await;
    let root = server.uri();
    let options = json!({"bitbucketServer": [{"host": host(&server), "apiBaseUrl": format!("{root}/rest/api/1.0"), "token": "t"}]});
    let readers = readers(&options, &json!([]));
    let repo = "/rest/api/1.0/projects/K/repos/r";
    let raw =
        get(&format!("{repo}/raw/a/x.yaml")).and(query_param("at", "f/x")).and(header("authorization", "Bearer t"));
    raw.respond_with(text("hello")).mount(&server).await;
    for url in [
        "/projects/K/repos/r/browse/a/x.yaml?at=refs%2Fheads%2Ff%2Fx",
        "/projects/K/repos/r/raw/a/x.yaml?at=f%2Fx",
        "/K/r/src/f%2Fx/a/x.yaml",
    ] {
        assert_eq!(read(&readers, &format!("{root}{url}")).await.unwrap().body.as_ref(), b"hello", "{url}");
    }
    serve(
        &server,
        &format!("{repo}/default-branch"),
        json!({"id": "refs/heads/main", "displayId": "main", "latestCommit": SHA}),
    )
    .await;
    serve(&server, &format!("{repo}/files"), json!({"values": ["a/c.yaml", "d.md"], "isLastPage": true})).await;
    get(&format!("{repo}/raw/a/c.yaml")).and(query_param("at", SHA)).respond_with(text("c")).mount(&server).await;
    let found = search(&readers, &format!("{root}/projects/K/repos/r/browse/*/c.yaml")).await;
    assert_eq!(found, [(format!("{root}/projects/K/repos/r/browse/a/c.yaml"), "c".to_owned())]);
}

#[tokio::test]
async fn azure() {
    let server = MockServer::start().await;
    let root = server.uri();
    let credentials = json!([{"organizations": ["other"], "personalAccessToken": "no"}, {"organizations": ["o"], "personalAccessToken": "t"}]);
    let readers = readers(&json!({"azure": [{"host": host(&server), "credentials": credentials}]}), &json!([]));
    let items = "/o/p/_apis/git/repositories/r/items";
    get(items)
        .and(query_param("path", "/a/x y.yaml"))
        .and(query_param("version", "main"))
        .and(query_param("api-version", "6.0"))
        .and(header("authorization", "Basic OnQ="))
        .respond_with(text("hello"))
        .mount(&server)
        .await;
    assert_eq!(
        read(&readers, &format!("{root}/o/p/_git/r?path=/a/x%20y.yaml&version=GBmain")).await.unwrap().body.as_ref(),
        b"hello"
    );
    let page = ResponseTemplate::new(203).set_body_raw("<html>Sign in</html>", "text/html; charset=utf-8");
    get(items).and(query_param("path", "/secret.yaml")).respond_with(page).mount(&server).await;
    let error = read(&readers, &format!("{root}/o/p/_git/r?path=/secret.yaml")).await.unwrap_err().to_string();
    assert!(error.contains("203") && error.contains("check the credentials"), "{error}");
    serve(&server, "/o/p/_apis/git/repositories/r/commits", json!({"count": 1, "value": [{"commitId": SHA}]})).await;
    let list = json!({"count": 2, "value": [{"path": "/a", "isFolder": true, "gitObjectType": "tree"}, {"path": "/a/c.yaml", "gitObjectType": "blob"}]});
    get(items)
        .and(query_param("recursionLevel", "full"))
        .respond_with(ResponseTemplate::new(200).set_body_json(list))
        .mount(&server)
        .await;
    let pinned = get(items)
        .and(query_param("path", "/a/c.yaml"))
        .and(query_param("version", SHA))
        .and(query_param("versionType", "commit"));
    pinned.respond_with(text("c")).mount(&server).await;
    let found = search(&readers, &format!("{root}/o/p/_git/r?path=/**/c.yaml")).await;
    assert_eq!(found, [(format!("{root}/o/p/_git/r?path=%2Fa%2Fc.yaml"), "c".to_owned())]);
}

#[tokio::test]
async fn gerrit() {
    let server = MockServer::start().await;
    let root = server.uri();
    let options = json!({"gerrit": [{"host": host(&server), "baseUrl": root, "gitilesBaseUrl": format!("{root}/gitiles"), "username": "u", "password": "p"}]});
    let readers = readers(&options, &json!([]));
    let project = "/a/projects/p%2Fq";
    let content =
        get(&format!("{project}/branches/main/files/a%2Fx.yaml/content")).and(header("authorization", "Basic dTpw"));
    content.respond_with(text(HELLO)).mount(&server).await;
    let url = format!("{root}/gitiles/p/q/+/refs/heads/main/a/x.yaml");
    assert_eq!(read(&readers, &url).await.unwrap().body.as_ref(), b"hello");
    let branch = format!(")]}}'\n{{\"ref\": \"refs/heads/main\", \"revision\": \"{SHA}\"}}");
    get(&format!("{project}/branches/main")).respond_with(text(&branch)).mount(&server).await;
    let tree = ")]}'\n{\"id\": \"t\", \"entries\": [{\"mode\": 33188, \"type\": \"blob\", \"id\": \"b\", \"name\": \"c.yaml\"}]}";
    get(&format!("/gitiles/p/q/+/{SHA}/a/"))
        .and(query_param("format", "JSON"))
        .respond_with(text(tree))
        .mount(&server)
        .await;
    get(&format!("{project}/commits/{SHA}/files/a%2Fc.yaml/content")).respond_with(text(HELLO)).mount(&server).await;
    let found = search(&readers, &format!("{root}/gitiles/p/q/+/refs/heads/main/a/*.yaml")).await;
    assert_eq!(found, [(format!("{root}/gitiles/p/q/+/refs/heads/main/a/c.yaml"), "hello".to_owned())]);
}

#[tokio::test]
async fn gitea() {
    let server = MockServer::start().await;
    let root = server.uri();
    let readers = readers(&json!({"gitea": [{"host": host(&server), "baseUrl": root, "password": "t"}]}), &json!([]));
    let repo = "/api/v1/repos/o/r";
    let body = json!({"content": HELLO, "encoding": "base64", "sha": "blob", "type": "file"});
    get(&format!("{repo}/contents/a/x.yaml"))
        .and(header("authorization", "token t"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&server)
        .await;
    let url = format!("{root}/o/r/src/branch/main/a/x.yaml");
    let file = read(&readers, &url).await.unwrap();
    assert_eq!((file.body.as_ref(), file.etag.as_deref()), (b"hello".as_slice(), Some("blob")));
    assert!(matches!(outcome(&readers, &url, Some("blob")).await, Ok(ReadOutcome::NotModified)));
    serve(&server, &format!("{repo}/contents/a"), json!([])).await;
    let error = read(&readers, &format!("{root}/o/r/src/branch/main/a")).await.unwrap_err().to_string();
    assert!(error.contains("it is a folder"), "{error}");
    serve(&server, &format!("{repo}/git/commits/main"), json!({"sha": SHA})).await;
    serve(
        &server,
        &format!("{repo}/git/trees/{SHA}"),
        json!({"tree": [{"path": "a/x.yaml", "type": "blob"}], "truncated": false}),
    )
    .await;
    assert_eq!(search(&readers, &format!("{root}/o/r/src/branch/main/*/x.yaml")).await, [(url, "hello".to_owned())]);
}

#[tokio::test]
async fn plain() {
    let server = MockServer::start().await;
    let root = server.uri();
    let readers = readers(&json!({}), &json!([{"host": host(&server), "paths": ["/open"]}]));
    get("/open/x.yaml")
        .and(header("if-none-match", "\"e\""))
        .respond_with(ResponseTemplate::new(304))
        .mount(&server)
        .await;
    get("/open/x.yaml").respond_with(text("hello").insert_header("ETag", "\"e\"")).mount(&server).await;
    let url = format!("{root}/open/x.yaml");
    let file = read(&readers, &url).await.unwrap();
    assert_eq!(file.body.as_ref(), b"hello");
    assert!(matches!(outcome(&readers, &url, file.etag.as_deref()).await, Ok(ReadOutcome::NotModified)));
    assert_eq!(search(&readers, &url).await, [(url.clone(), "hello".to_owned())]);
    assert!(unchanged_since(&readers, &url, "\"e\"").await);
    let missing = format!("{root}/open/none.yaml");
    assert_eq!(
        read(&readers, &missing).await.unwrap_err().to_string(),
        format!("could not read {missing}, 404 Not Found")
    );
    assert!(search(&readers, &missing).await.is_empty());
    get("/open/broken.yaml").respond_with(ResponseTemplate::new(500)).mount(&server).await;
    let broken = format!("{root}/open/broken.yaml");
    assert_eq!(
        read(&readers, &broken).await.unwrap_err().to_string(),
        format!("could not read {broken}, 500 Internal Server Error")
    );
}

/// What each family names the files of a repository when nothing but the repository is known.
#[tokio::test]
async fn descriptors_of_a_repository_are_found_on_its_default_branch() {
    let server = MockServer::start().await;
    let root = server.uri();
    let at = host(&server);
    let blob = |path: &str| json!({"path": path, "type": "blob"});

    let github =
        readers(&json!({"github": [{"host": at, "apiBaseUrl": format!("{root}/hub"), "token": "t"}]}), &json!([]));
    serve(&server, "/hub/repos/o/r", json!({"default_branch": "trunk"})).await;
    serve(&server, "/hub/repos/o/r/commits/trunk/status", json!({"sha": SHA})).await;
    let tree = json!({"tree": [blob("z/c.yaml"), blob("c.yaml"), blob("not-c.yaml"), blob("c.yaml/x")]});
    serve(&server, &format!("/hub/repos/o/r/git/trees/{SHA}"), tree).await;
    let expected = ["c.yaml", "z/c.yaml"].map(|path| format!("{root}/o/r/blob/trunk/{path}"));
    for from in ["/o/r", "/o/r/", "/o/r.git?tab=readme#x"] {
        let expected = expected
            .clone()
            .map(|address| if from.contains(".git") { address.replace("/o/r/", "/o/r.git/") } else { address });
        assert_eq!(github.find_files(&format!("{root}{from}"), "c.yaml").await.unwrap().unwrap(), expected, "{from}");
    }
    let repository = github.repository(&format!("{root}/o/r/blob/main/c.yaml")).unwrap();
    assert_eq!((repository.family, &*repository.owner, &*repository.name), ("github", "o", "r"));

    let gitlab = readers(&json!({"gitlab": [{"host": at, "baseUrl": root, "token": "t"}]}), &json!([]));
    let project = "/api/v4/projects/g%2Fs%2Fp";
    serve(&server, project, json!({"default_branch": "main"})).await;
    serve(&server, &format!("{project}/repository/commits"), json!([{"id": SHA}])).await;
    serve(&server, &format!("{project}/repository/tree"), json!([blob("x/c.yaml")])).await;
    let found = gitlab.find_files(&format!("{root}/g/s/p"), "c.yaml").await.unwrap().unwrap();
    assert_eq!(found, [format!("{root}/g/s/p/-/blob/main/x/c.yaml")]);
    let repository = gitlab.repository(&found[0]).unwrap();
    assert_eq!((&*repository.owner, &*repository.name), ("g/s", "p"));

    let gitea = readers(&json!({"gitea": [{"host": at, "baseUrl": root, "password": "t"}]}), &json!([]));
    serve(&server, "/api/v1/repos/o/r", json!({"default_branch": "main"})).await;
    serve(&server, "/api/v1/repos/o/r/git/commits/main", json!({"sha": SHA})).await;
    serve(
        &server,
        &format!("/api/v1/repos/o/r/git/trees/{SHA}"),
        json!({"tree": [blob("c.yaml")], "truncated": false}),
    )
    .await;
    let found = gitea.find_files(&format!("{root}/o/r"), "c.yaml").await.unwrap().unwrap();
    assert_eq!(found, [format!("{root}/o/r/src/branch/main/c.yaml")]);

    // Where a branch is named, it is that one; a host without repositories has nothing to find.
    serve(&server, "/hub/repos/o/r/commits/dev/status", json!({"sha": SHA})).await;
    let found = github.find_files(&format!("{root}/o/r/tree/dev/z"), "c.yaml").await.unwrap().unwrap();
    assert_eq!(found[0], format!("{root}/o/r/tree/dev/c.yaml"));
    let plain = readers(&json!({}), &json!([{"host": at}]));
    assert_eq!(plain.find_files(&format!("{root}/o/r"), "c.yaml").await.unwrap(), None);
}
