//! Makes the files browsers fetch part of the binary: styles and pictures always, scripts where npm can build them.
//!
//! Every file gets its content's hash into its name (so it may be cached for ever) and is compressed here, once.
//! Without Node or npm the build goes on with a warning: pages are complete without scripts.

// Cargo speaks to build scripts through the environment.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use sha2::{Digest, Sha256};

/// What the browser gets of scripts, as built by `npm run build`.
const SCRIPTS: [&str; 2] = ["app.js", "graph.js"];

fn main() -> Result<(), Box<dyn Error>> {
    let web = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../web");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for watched in ["styles", "islands", "messages", "images", "package.json", "package-lock.json", "build.mjs"] {
        println!("cargo:rerun-if-changed={}", web.join(watched).display());
    }
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=CALLBOARD_SKIP_NPM");

    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    files.insert("app.css".to_owned(), styles(&web)?.into_bytes());
    for entry in fs::read_dir(web.join("images"))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).ok_or("an image without a name")?;
        files.insert(name.to_owned(), fs::read(&path)?);
    }
    let missing = match scripts(&web, &out) {
        Ok(scripts) => {
            files.extend(scripts);
            None
        }
        Err(reason) => {
            println!("cargo:warning=pages are built without their scripts: {reason}");
            Some(reason)
        }
    };
    fs::write(out.join("assets.rs"), table(&files, missing.as_deref(), &out)?)?;
    Ok(())
}

/// All styles, in the order of their names, without comments and indentation.
fn styles(web: &Path) -> Result<String, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(web.join("styles"))?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "css"));
    paths.sort();
    let mut all = String::new();
    for path in paths {
        let mut rest = &*fs::read_to_string(&path)?;
        let mut text = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once("/*") {
            text.push_str(before);
            rest = after.split_once("*/").ok_or_else(|| format!("{}: a comment without an end", path.display()))?.1;
        }
        text.push_str(rest);
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            all.push_str(line);
            all.push('\n');
        }
    }
    Ok(all)
}

/// Builds the scripts; the error says what is missing in words for the person who builds.
fn scripts(web: &Path, out: &Path) -> Result<BTreeMap<String, Vec<u8>>, String> {
    if env::var_os("CALLBOARD_SKIP_NPM").is_some() {
        return Err("CALLBOARD_SKIP_NPM is set".to_owned());
    }
    let lock = fs::read(web.join("package-lock.json")).map_err(|error| format!("web/package-lock.json: {error}"))?;
    let stamp = out.join("npm-installed");
    let wanted = hex(&lock);
    let installed = fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) && web.join("node_modules").is_dir();
    if !installed {
        npm(web, &["ci", "--no-audit", "--no-fund", "--loglevel=error"])?;
        fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    }
    npm(web, &["run", "build", "--silent"])?;
    let read = |name: &str| fs::read(web.join("dist").join(name)).map_err(|error| format!("web/dist/{name}: {error}"));
    SCRIPTS.iter().map(|name| Ok(((*name).to_owned(), read(name)?))).collect()
}

fn npm(web: &Path, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
        .args(arguments)
        .current_dir(web)
        .output()
        .map_err(|error| format!("npm cannot be run ({error}); install Node.js 20 or newer and build again"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Err(format!("npm {} failed in web/: {first}", arguments.join(" ")))
}

/// The table of files as Rust, with each file and its compressed forms beside it.
fn table(files: &BTreeMap<String, Vec<u8>>, missing: Option<&str>, out: &Path) -> Result<String, Box<dyn Error>> {
    let mut code = format!("const MISSING: Option<&str> = {missing:?};\n\nstatic ASSETS: &[Asset] = &[\n");
    for (name, body) in files {
        let (stem, extension) = name.rsplit_once('.').ok_or("a file without an extension")?;
        let hashed = format!("{stem}-{}.{extension}", &hex(body)[..12]);
        let content_type = match extension {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            other => return Err(format!("no content type for .{other}").into()),
        };
        for (kind, bytes) in [("raw", body.clone()), ("gz", gzip(body)?), ("br", brotli(body)?)] {
            fs::write(out.join(format!("{hashed}.{kind}")), bytes)?;
        }
        let include = |kind: &str| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{hashed}.{kind}\"))");
        writeln!(
            code,
            "    Asset {{ name: {name:?}, url: {:?}, content_type: {content_type:?}, raw: {}, gzip: {}, brotli: {} }},",
            format!("/static/{hashed}"),
            include("raw"),
            include("gz"),
            include("br"),
        )?;
    }
    code.push_str("];\n");
    Ok(code)
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body)?;
    encoder.finish()
}

fn brotli(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    // Quality 9: one level from the best, at a fraction of its time in an unoptimised build script.
    let parameters = brotli::enc::BrotliEncoderParams { quality: 9, ..Default::default() };
    brotli::BrotliCompress(&mut &*body, &mut packed, &parameters)?;
    Ok(packed)
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
