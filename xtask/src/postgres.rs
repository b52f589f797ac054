//! A PostgreSQL of the tests' own: its data in a folder that goes with it, on a free port of the loopback, in a hurry and
//! without a care for power cuts.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::need;
use crate::run::program;

/// Names the server to the tests. One that is set already is used as it is.
pub const VARIABLE: &str = "CALLBOARD_TEST_POSTGRES";

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server, stopped and removed when dropped.
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    /// Whom the server runs as: it refuses to be root's.
    user: Option<(u32, u32)>,
    port: u16,
    server: Option<Child>,
}

impl Cluster {
    /// Makes and starts one.
    pub fn start() -> Result<Self> {
        let programs = need::postgres()?;
        let folder = std::env::temp_dir().join(format!("callboard-postgres-{}", std::process::id()));
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let user = if id(&["-u"]) == Some(0) { Some(unprivileged()?) } else { None };
        fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let mut cluster = Self { programs, folder, user, port, server: None };
        cluster.run()?;
        Ok(cluster)
    }

    /// Where it is, for a user who may do anything.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn run(&mut self) -> Result<()> {
        #[cfg(unix)]
        if let Some((uid, gid)) = self.user {
            std::os::unix::fs::chown(&self.folder, Some(uid), Some(gid))?;
        }
        // Sorting by a language's rules, as many servers do, shows where we count on the order of bytes.
        let by_language = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"];
        self.initialise(&by_language).or_else(|_| self.initialise(&["--locale=C"]))?;
        let mut server = self.command("postgres");
        server.arg("-D").arg(self.data()).args(["-p", &self.port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "full_page_writes=off",
            "max_connections=500",
            "shared_buffers=64MB",
        ] {
            server.args(["-c", setting]);
        }
        let log = fs::File::create(self.folder.join("log"))?;
        println!("\n$ postgres on 127.0.0.1:{}", self.port);
        self.server = Some(server.stdout(log.try_clone()?).stderr(log).spawn().context("could not start postgres")?);
        self.wait()
    }

    fn initialise(&self, locale: &[&str]) -> Result<()> {
        if self.data().exists() {
            fs::remove_dir_all(self.data())?;
        }
        let mut initdb = self.command("initdb");
        initdb
            .arg("-D")
            .arg(self.data())
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"])
            .args(locale);
        let output = initdb.output().context("could not start initdb")?;
        if !output.status.success() {
            bail!("initdb failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    /// Returns when it takes connections.
    fn wait(&mut self) -> Result<()> {
        let port = self.port.to_string();
        let started = Instant::now();
        loop {
            let ready = self.command("pg_isready").args(["-q", "-h", "127.0.0.1", "-p", &port]).status()?;
            if ready.success() {
                return Ok(());
            }
            let ended = self.server.as_mut().map(Child::try_wait).transpose()?.flatten();
            if ended.is_some() || started.elapsed() > PATIENCE {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                bail!("PostgreSQL does not start:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(&self.folder).stdin(Stdio::null());
        #[cfg(unix)]
        if let Some((uid, gid)) = self.user {
            std::os::unix::process::CommandExt::uid(&mut command, uid);
            std::os::unix::process::CommandExt::gid(&mut command, gid);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Whatever fails here leaves a folder among the temporary ones, and nothing else to do about it.
        if let Some(mut server) = self.server.take() {
            let _ = self.command("pg_ctl").arg("-D").arg(self.data()).args(["-m", "immediate", "stop"]).output();
            let _ = server.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn unprivileged() -> Result<(u32, u32)> {
    let of = |name: &str| Some((id(&["-u", name])?, id(&["-g", name])?));
    ["postgres", "nobody"]
        .into_iter()
        .find_map(of)
        .context("PostgreSQL does not run as root, and there is no other user")
}

fn id(args: &[&str]) -> Option<u32> {
    program("id", args).output()?.trim().parse().ok()
}

/// Where the newest installed server is, in the folders of distributions and on the path.
pub fn installed() -> Option<PathBuf> {
    let versions = |folder: &Path| -> Vec<PathBuf> {
        let mut versions: Vec<PathBuf> =
            fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
        versions.sort_by_key(|path| std::cmp::Reverse(number(path)));
        versions.into_iter().map(|version| version.join("bin")).collect()
    };
    let packaged = versions(Path::new("/usr/lib/postgresql"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = packaged.into_iter().chain(std::env::split_paths(&path));
    folders.find(|folder| ["initdb", "postgres", "pg_ctl", "pg_isready"].iter().all(|name| folder.join(name).is_file()))
}
